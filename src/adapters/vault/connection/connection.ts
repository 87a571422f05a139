import type { Log } from '../../../ports/runtime.js';
import type { StoreHealth, StoreStatus } from '../../../ports/vault.js';
import { type VaultClient, VaultUnreachable } from './client.js';
import type { LoginMethod } from './login.js';
import { createNodeSet } from './nodeSet.js';
import { createVaultClient } from './nodeVault.js';
import { secretIdEnd } from './secretIdEnd.js';
import { Session } from './session.js';
import { realTimers, type Timers } from './timers.js';
import { createTransport, type Transport, type TransportOptions } from './transport.js';
import { VaultAccess } from './vaultApi.js';

export interface VaultConnectionOptions {
  /** Shared by the roles of one process; see `openTransport`. The connection does not close it. */
  transport: Transport;
  login: LoginMethod;
  /** Name of the role, for the log: `api`, `users`. */
  role: string;
  /** Names the file that the login reads, for the log. */
  fileVariable?: string;
  log: Log;
  timers?: Timers;
  timeoutMs?: number;
}

/** One login and everything that is asked with it. */
export interface VaultConnection {
  access: VaultAccess;
  status: StoreStatus;
  /** When the secret id of this role ends; null: never, or it can't be known. */
  secretIdEnd(): Promise<Date | null>;
  /** Logs in; a Vault that can't be reached yet is retried automatically. Never rejects. */
  start(): Promise<void>;
  /** Ends our token in Vault. */
  close(): Promise<void>;
}

/** One pool for each address of the cluster, behind one transport. */
export function openTransport(
  addresses: readonly string[],
  options: Omit<TransportOptions, 'address'> = {},
): Transport {
  return createNodeSet(
    addresses.map((address) => createTransport({ ...options, address })),
    options.timeoutMs,
  );
}

export function connectVault(options: VaultConnectionOptions): VaultConnection {
  const { log, role, login } = options;
  const timers = options.timers ?? realTimers;
  const client = createVaultClient(options.transport, () => null);
  const reads = directClient(options.transport);
  const session = new Session({ client, login, timers, log, role, fileVariable: options.fileVariable });
  const timeoutMs = options.timeoutMs ?? 2_000;
  const access = new VaultAccess({ client, reads, session, timers, log, role, timeoutMs });
  return {
    access,
    status: { health: () => healthOf(reads, access), tokenSecondsLeft: () => session.secondsLeft() },
    secretIdEnd: () => secretIdEnd({ client: reads, token: session.token(), login, role }),
    start: () => access.start(),
    close: () => access.close(),
  };
}

/** The same requests without node-vault in between; the token is always named by the caller. */
function directClient(transport: Transport): VaultClient {
  return {
    request: (method, path, body, options = {}) => transport.send({ method, path, body, ...options }),
  };
}

const HEALTH: Readonly<Record<number, StoreHealth>> = {
  200: 'ok',
  429: 'standby',
  472: 'standby',
  473: 'standby',
  474: 'standby',
  501: 'uninitialized',
  503: 'sealed',
};

async function healthOf(client: VaultClient, access: VaultAccess): Promise<StoreHealth> {
  try {
    const answer = await client.request('GET', 'sys/health?standbyok=true&perfstandbyok=true');
    const health = HEALTH[answer.status] ?? 'unreachable';
    return health === 'ok' && access.isOpen ? 'unreachable' : health;
  } catch (error) {
    if (error instanceof VaultUnreachable) return error.reason === 'timeout' ? 'frozen' : 'unreachable';
    throw error;
  }
}
