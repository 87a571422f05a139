import { createHmac, randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { createPostgres, type Postgres } from '../../../src/adapters/postgres/postgres.js';
import type { Caller } from '../../../src/domain/access/caller.js';
import type { AuditEvent } from '../../../src/domain/audit/audit.js';
import type { RowKey } from '../../../src/domain/audit/auditChain.js';
import type { Credential } from '../../../src/domain/credentials/credential.js';
import type { Jobs } from '../../../src/ports/jobs.js';
import type { Clock, Log } from '../../../src/ports/runtime.js';
import type { ChainKeys, CheckpointSigner } from '../../../src/ports/vault.js';
import type { WriteIntent } from '../../../src/ports/writing.js';
import { testPostgres } from '../../support/broker/parts.js';

export interface TestRecords {
  db: Postgres;
  /** As the owner of the schema, who may do what the app role may not. */
  owner: pg.Pool;
  ownerUrl: string;
  appUrl: string;
  appRole: string;
  close(): Promise<void>;
}

export const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const signer: CheckpointSigner = {
  sign: async (payload) => mac(payload),
  verify: async (signed) => signed.map(({ payload, signature }) => mac(payload) === signature),
  publicKeys: async () => [],
};

const keyOf = (chain: string, version: number): RowKey => ({
  mac: (hash) => `${version}:${mac(`${version} ${chain} ${hash}`)}`,
});
export const chainKeys: ChainKeys = {
  newest: async (chain) => keyOf(chain, 1),
  known: async (chains) => chains.map(({ chain, version }) => (version > 2 ? null : keyOf(chain, version))),
};

/** A migrated database of its own and the adapter over it, as the app role. */
export async function freshRecords(
  options: { maxQueue?: number; maxRefusals?: number } = {},
): Promise<TestRecords> {
  const server = await testPostgres();
  const { ownerUrl, appUrl, drop } = await server.freshDatabase();
  const appRole = decodeURIComponent(new URL(appUrl).username);
  await migrate({ ownerUrl, appRole });
  const db = recordsAt(appUrl, options);
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 2 });
  const close = async (): Promise<void> => {
    await db.close();
    await owner.end();
    await drop();
  };
  return { db, owner, ownerUrl, appUrl, appRole, close };
}

/** The adapter over a database that is migrated already. */
export function recordsAt(
  url: string,
  options: {
    maxQueue?: number;
    maxRefusals?: number;
    log?: Log;
    leaseMs?: number;
    clock?: Clock;
    checkpointSigner?: CheckpointSigner;
    keys?: ChainKeys;
  } = {},
): Postgres {
  const { log = quiet, leaseMs = 60_000, clock = { now: () => new Date() }, ...more } = options;
  const { checkpointSigner = signer, keys = chainKeys, ...audit } = more;
  return createPostgres({ url, clock, log, checkpointSigner, chainKeys: keys, audit, jobs: { leaseMs } });
}

export function user(principal: string, role: Caller['role'] = 'engineer'): Caller {
  return { kind: 'user', principal, name: principal, role, mustChangePassword: false };
}

export function anEvent(change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    action: 'credential.read',
    outcome: 'allowed',
    actor: 'glassdome:1',
    actorKind: 'user',
    requestId: randomUUID(),
    ip: '10.0.0.1',
    credentialId: null,
    version: 1,
    code: null,
    usedBy: null,
    purpose: null,
    breakGlass: false,
    breakGlassReason: null,
    details: { zeta: 1, alpha: [1.5, { b: null, a: 'ü' }] },
    ...change,
  };
}

export function anIntent(credentialId: string): WriteIntent {
  return {
    id: randomUUID(),
    credentialId,
    kind: 'update',
    expectedVersion: 2,
    fingerprint: 'hmac',
    settings: { host: 'new.lab' },
    secretFields: ['token_value'],
    changedFields: ['host'],
    actor: 'glassdome:1',
    requestId: randomUUID(),
    reason: null,
    source: 'api',
    createdAt: new Date(),
    patch: { name: 'renamed', expiresAt: new Date('2027-01-01T00:00:00Z') },
  };
}

/** Stores credentials as a change with its event. */
export async function store(db: Postgres, ...credentials: Credential[]): Promise<void> {
  await db.changes.run(async (tx) => {
    for (const credential of credentials) {
      await tx.insertCredential(credential);
      tx.audit(anEvent({ action: 'credential.create', credentialId: credential.id }));
    }
  });
}

/** The code of the `BrokerError` that a promise rejects with; `none` when it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: unknown) => String((error as { code?: unknown }).code ?? error),
  );
}

function mac(payload: string): string {
  return createHmac('sha256', 'checkpoints of tests').update(payload).digest('hex');
}

/** Tasks of tests alone, in place of those that workers know. */
type TestTasks = Record<'count' | 'fails' | 'patient' | 'slow', { n?: number }>;

export const testJobs = ({ jobs }: Pick<Postgres, 'jobs'>): Jobs<TestTasks> =>
  jobs as unknown as Jobs<TestTasks>;
