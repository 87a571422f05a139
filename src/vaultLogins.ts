import { vaultName } from './adapters/vault/bootstrap/policies.js';
import { connectVault, openTransport, type VaultConnection } from './adapters/vault/connection/connection.js';
import type { LoginMethod } from './adapters/vault/connection/login.js';
import { WrappedSecretId } from './adapters/vault/connection/wrappedSecretId.js';
import { isKeyMissing } from './adapters/vault/transit/chainKeys.js';
import { type Config, ConfigRefused, readNamed, requireAll, required } from './config/config.js';
import { listOf } from './config/lists.js';
import { Secret } from './domain/secret.js';
import type { Log } from './ports/runtime.js';
import type { ChainKeys, VaultLogins } from './ports/vault.js';

/** The logins of one process to Vault. */
export interface Vault {
  /** The one login of this process as that role. */
  logIn(role: VaultRole): Promise<VaultConnection>;
  /** Those that this process has begun, also where Vault has not answered yet. */
  logins: VaultLogins;
  /** When the secret id of that role ends; null: never, it can't be known, or this process does not log in as it. */
  secretIdEnd(role: VaultRole): Promise<Date | null>;
  /** Ends every login, then the connections. */
  close(): Promise<void>;
}

/** Over one set of connections for all roles. */
export function openVault(config: Config, log: Log): Vault {
  const transport = openTransport(listOf(required(config, 'VAULT_ADDR')), vaultCa(config));
  const logins = new Map<VaultRole, { connection: VaultConnection; started: Promise<void> }>();
  const begin = (role: VaultRole) => {
    const login = loginOf(config, role);
    const connection = connectVault({
      transport,
      login,
      role,
      log,
      fileVariable: fileVariable(config, role),
    });
    const begun = { connection, started: connection.start() };
    logins.set(role, begun);
    return begun;
  };
  return {
    logIn: async (role) => {
      const { connection, started } = logins.get(role) ?? begin(role);
      await started;
      return connection;
    },
    logins: {
      list: () =>
        [...logins].map(([role, { connection }]) => ({
          role,
          secondsLeft: connection.status.tokenSecondsLeft(),
        })),
    },
    secretIdEnd: async (role) => (await logins.get(role)?.connection.secretIdEnd()) ?? null,
    close: async () => {
      await Promise.all([...logins.values()].map(({ connection }) => connection.close()));
      await transport.close();
    },
  };
}

const ROLE_VARIABLES = {
  api: ['VAULT_ROLE_ID', 'VAULT_SECRET_ID_FILE'],
  users: ['VAULT_USERS_ROLE_ID', 'VAULT_USERS_SECRET_ID_FILE'],
  worker: ['VAULT_WORKER_ROLE_ID', 'VAULT_WORKER_SECRET_ID_FILE'],
  reconciler: ['VAULT_RECONCILER_ROLE_ID', 'VAULT_RECONCILER_SECRET_ID_FILE'],
  destroyer: ['VAULT_DESTROYER_ROLE_ID', 'VAULT_DESTROYER_SECRET_ID_FILE'],
} as const;
export type VaultRole = keyof typeof ROLE_VARIABLES;

/** Rejects with every variable that is missing to reach both stores and to log in to Vault as these roles. */
export function requireStores(config: Config, roles: readonly VaultRole[]): void {
  const logins = {
    approle: roles.flatMap((role) => ROLE_VARIABLES[role]),
    pod: [],
    token: ['VAULT_TOKEN_FILE'] as const,
  };
  requireAll(config, ['DATABASE_URL', 'VAULT_ADDR', ...logins[config.VAULT_AUTH_METHOD]]);
}

/** The roles that processes of the broker log in as. */
export const VAULT_ROLES = Object.keys(ROLE_VARIABLES) as VaultRole[];

function loginOf(config: Config, role: VaultRole): LoginMethod {
  switch (config.VAULT_AUTH_METHOD) {
    case 'approle': {
      const [roleId, file] = ROLE_VARIABLES[role];
      return {
        kind: 'approle',
        mount: config.APPROLE_MOUNT,
        roleId: required(config, roleId),
        secretId: secretIdIn(config, required(config, file), role),
      };
    }
    case 'pod': {
      const name = config.VAULT_POD_ROLE.replace(/api$/, role);
      return { kind: 'pod', mount: config.VAULT_POD_MOUNT, role: name, jwtFile: config.VAULT_POD_TOKEN_FILE };
    }
    case 'token':
      return { kind: 'token', token: tokenFrom(required(config, 'VAULT_TOKEN_FILE')) };
  }
}

/** The variable that names the file of a login. */
function fileVariable(config: Config, role: VaultRole): string {
  if (config.VAULT_AUTH_METHOD === 'approle') return ROLE_VARIABLES[role][1];
  return config.VAULT_AUTH_METHOD === 'pod' ? 'VAULT_POD_TOKEN_FILE' : 'VAULT_TOKEN_FILE';
}

function secretIdIn(config: Config, file: string, role: VaultRole): { file: string } | WrappedSecretId {
  if (!config.VAULT_SECRET_ID_WRAPPED) return { file };
  const path = `auth/${config.APPROLE_MOUNT}/role/${vaultName(role, {})}/secret-id`;
  return new WrappedSecretId(file, path);
}

/** The token in a file, e.g. the short-lived one of `bootstrap`. */
export function tokenFrom(file: string): Secret {
  const text = readNamed('VAULT_TOKEN_FILE', file).trim();
  if (text === '') throw new ConfigRefused('VAULT_TOKEN_FILE: the file is empty');
  return new Secret(text);
}

/** The CA of Vault, where one is named. */
export function vaultCa({ VAULT_CA_FILE: file }: Config): { caPem?: string } {
  return file === undefined ? {} : { caPem: readNamed('VAULT_CA_FILE', file) };
}

/** A Vault that does not answer now is waited for later; one that lacks the key was prepared by an older release. */
export async function requireAuditKey(chainKeys: ChainKeys): Promise<void> {
  try {
    await chainKeys.newest('start');
  } catch (error) {
    if (!isKeyMissing(error)) return;
    throw new ConfigRefused(
      "The transit key broker-audit-rows is missing in Vault, or this login has no permission to use it. Run 'glassdome-broker bootstrap' of this release again, then restart.",
    );
  }
}
