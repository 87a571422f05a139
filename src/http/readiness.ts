import { within } from '../domain/within.js';
import type { Ports } from '../ports.js';

/** What a process tells of itself while it begins and ends. */
export interface Lifecycle {
  stopping: boolean;
  startedOnce: boolean;
}

const FRESH_MS = 1_000;
const POSTGRES_WITHIN_MS = 1_000;
const TOKEN_SECONDS = 60;
/** After rows could not be written no call is wanted for so long; the next one shows whether they can again. */
const UNWRITTEN_MS = 3_000;

export type ReadinessPorts = Pick<Ports, 'clock' | 'storeStatus' | 'readAudit'> & {
  recordsStatus: Pick<Ports['recordsStatus'], 'health'>;
};

/**
 * Can this process answer a read now: Vault serves, Postgres takes rows within a second, our token for Vault lives for
 * another minute, and audit rows are written: none was refused just now, and their queue is below its bound. Many who ask at once are one look, known for a second.
 */
export function readiness(ports: ReadinessPorts, life: Lifecycle): () => Promise<boolean> {
  let known = { ok: false, at: Number.NEGATIVE_INFINITY };
  // A look at a Postgres that stands still outlives its second; no other one begins beside it.
  const postgresOk = oneAtATime(async () => (await ports.recordsStatus.health()) === 'ok');
  const look = oneAtATime(async () => {
    const [vault, postgres] = await Promise.all([
      ports.storeStatus.health(),
      within(POSTGRES_WITHIN_MS, postgresOk(), () => false),
    ]);
    const token = ports.storeStatus.tokenSecondsLeft() > TOKEN_SECONDS;
    const at = ports.clock.now().getTime();
    const failedAt = ports.readAudit.failedAt()?.getTime() ?? Number.NEGATIVE_INFINITY;
    const writes = at - failedAt > UNWRITTEN_MS && !ports.readAudit.isFull();
    const ok = vault === 'ok' && postgres && token && writes;
    known = { ok, at };
    life.startedOnce ||= ok;
    return ok;
  });
  return async () => {
    if (life.stopping) return false;
    const fresh = ports.clock.now().getTime() - known.at < FRESH_MS;
    return (fresh ? known.ok : await look()) && !life.stopping;
  };
}

function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
