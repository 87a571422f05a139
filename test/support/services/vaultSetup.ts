import { resolve } from 'node:path';
import { bootstrapVault, issueSecretId } from '../../../src/adapters/vault/bootstrap/bootstrap.js';
import type { BrokerRole, VaultMounts } from '../../../src/adapters/vault/bootstrap/policies.js';
import type { VaultClient } from '../../../src/adapters/vault/connection/client.js';
import {
  connectVault,
  openTransport,
  type VaultConnection,
} from '../../../src/adapters/vault/connection/connection.js';
import { createVaultClient } from '../../../src/adapters/vault/connection/nodeVault.js';
import type { Transport } from '../../../src/adapters/vault/connection/transport.js';
import type { Log, LogFields } from '../../../src/ports/runtime.js';
import { testVault } from '../broker/parts.js';

export interface LogLine {
  level: 'info' | 'warn' | 'error';
  event: string;
  fields: LogFields;
}

/** A log that keeps what it is told. */
export function rememberingLog(): Log & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']) =>
    (event: string, fields: LogFields = {}): void => {
      lines.push({ level, event, fields });
    };
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}

/** What a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  if (outcome === null) throw new Error('expected a rejection');
  return outcome.error;
}

export interface PreparedVault {
  address: string;
  /** With the root token: what an operator does behind the broker's back. */
  root: VaultClient;
  transport: Transport;
  mounts: Required<VaultMounts>;
  log: Log & { lines: LogLine[] };
  /** Logged in by AppRole as that role. */
  connect(role: BrokerRole): Promise<VaultConnection>;
  /** Ends the connections, not Vault. */
  close(): Promise<void>;
}

/** A Vault, bootstrapped into mounts of its own for one suite. */
export async function prepareVault(
  suite: string,
  vault?: { address: string; rootToken: string },
): Promise<PreparedVault> {
  const { address, rootToken } = vault ?? (await testVault());
  const transport = openTransport([address]);
  const root = createVaultClient(transport, () => rootToken);
  const mounts: Required<VaultMounts> = {
    kvMount: `${suite}-credentials`,
    transitMount: `${suite}-transit`,
    userpassMount: `${suite}-people`,
    approleMount: `${suite}-approle`,
    glassdomeJwtPath: `${suite}-glassdome/data/auth/jwt_secret`,
    namePrefix: `broker-${suite}-`,
  };
  const { roles } = await bootstrapVault(root, { ...mounts, policiesDir: resolve('vault-policies') });
  const log = rememberingLog();
  const connections: VaultConnection[] = [];
  return {
    address,
    root,
    transport,
    mounts,
    log,
    connect: async (role) => {
      const { secretId } = await issueSecretId(root, role, mounts);
      const login = {
        kind: 'approle',
        mount: mounts.approleMount,
        roleId: roles[role].roleId,
        secretId,
      } as const;
      const connection = connectVault({ transport, login, role, log });
      await connection.start();
      connections.push(connection);
      return connection;
    },
    close: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await transport.close();
    },
  };
}
