import { withTimeout } from '../../domain/async.js';
import type { RecordsHealth } from '../../ports/operations.js';
import type { Ports } from '../../ports/ports.js';
import type { StoreHealth } from '../../ports/vault.js';

/** What a process knows about its own start and end. */
export interface Lifecycle {
  stopping: boolean;
  startedOnce: boolean;
}

const FRESH_MS = 1_000;
const POSTGRES_WITHIN_MS = 1_000;
const TOKEN_SECONDS = 60;
/** After rows could not be written no call is wanted for so long; the next one shows whether they can again. */
const UNWRITTEN_MS = 3_000;

export type ReadinessPorts = Pick<Ports, 'clock' | 'storeStatus' | 'auditLog'> & {
  recordsStatus: Pick<Ports['recordsStatus'], 'health'>;
};

/** What answers or fails, by word alone: no address, no text of another program. */
export interface Parts {
  vault: StoreHealth | 'login_ends';
  postgres: RecordsHealth;
  /** `refused`: Postgres did not take rows just now; `full`: too many rows wait. */
  audit: 'ok' | 'refused' | 'full';
}

/** `parts` is null until something was looked at. */
export interface Readiness {
  ok: boolean;
  parts: Parts | null;
}

/**
 * Can this process answer a read now: Vault serves, Postgres takes rows within a second, our token for Vault lives for
 * another minute, and audit rows are written: none was refused just now, and their queue is below its bound. Many who ask at once are one look, known for a second.
 */
export function readiness(ports: ReadinessPorts, life: Lifecycle): () => Promise<Readiness> {
  let known: Readiness & { at: number } = { ok: false, parts: null, at: Number.NEGATIVE_INFINITY };
  // A check of a Postgres that hangs outlives its second; no other one begins meanwhile.
  const postgresHealth = oneAtATime(() => ports.recordsStatus.health());
  const look = oneAtATime(async () => {
    const [vault, postgres] = await Promise.all([
      ports.storeStatus.health(),
      withTimeout<RecordsHealth>(POSTGRES_WITHIN_MS, postgresHealth(), () => 'frozen'),
    ]);
    const ends = vault === 'ok' && ports.storeStatus.tokenSecondsLeft() <= TOKEN_SECONDS;
    const parts: Parts = { vault: ends ? 'login_ends' : vault, postgres, audit: auditState(ports) };
    const ok = Object.values(parts).every((state) => state === 'ok');
    known = { ok, parts, at: ports.clock.now().getTime() };
    life.startedOnce ||= ok;
  });
  return async () => {
    const fresh = ports.clock.now().getTime() - known.at < FRESH_MS;
    if (!life.stopping && !fresh) await look();
    return { ok: known.ok && !life.stopping, parts: known.parts };
  };
}

function auditState({ clock, auditLog }: ReadinessPorts): Parts['audit'] {
  const failedAt = auditLog.failedAt()?.getTime() ?? Number.NEGATIVE_INFINITY;
  if (clock.now().getTime() - failedAt <= UNWRITTEN_MS) return 'refused';
  return auditLog.isFull() ? 'full' : 'ok';
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
