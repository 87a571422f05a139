import type { Clock, Log } from '../../../ports/runtime.js';
import type { Query } from './pools.js';

const AGAIN_MS = 15_000;
/** Before the first answer. */
const FIRST_AGAIN_MS = 1_000;
/** An answer that took longer says too little about the moment. */
const LONGEST_ASK_MS = 1_000;
/** From here on a person should look at the clock of this machine, or of the database's. */
const ALARM_MS = 5_000;

/** The clocks of this machine: one that may be wrong, and one that only measures what has passed. */
export interface MachineClocks extends Clock {
  monotonicMs(): number;
}

export interface DatabaseClock extends Clock {
  /** How far the machine's clock is ahead of Postgres', in seconds; null before Postgres has answered. */
  aheadSeconds(): number | null;
  /** Resolves when Postgres has been asked once, whether it answered or not. */
  known(): Promise<void>;
  stop(): void;
}

/**
 * The time of Postgres, which all processes share: what one of them plans, another one must find due. Asked every 15
 * seconds; in between, and while Postgres is away, the machine only measures what has passed since. Before the first
 * answer it is the machine's own time.
 */
export function databaseClock(query: Query, machine: MachineClocks, log: Log): DatabaseClock {
  let known: { database: number; monotonic: number } | null = null;
  let ahead: number | null = null;
  let differs = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const ask = async (): Promise<void> => {
    const began = machine.monotonicMs();
    const text = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms';
    const [row] = await query<{ ms: number }>({ text });
    const took = machine.monotonicMs() - began;
    if (known !== null && took > LONGEST_ASK_MS) return;
    known = { database: Number(row?.ms) + took / 2, monotonic: began + took };
    ahead = machine.now().getTime() - known.database;
    if (differs !== Math.abs(ahead) > ALARM_MS) {
      differs = !differs;
      log[differs ? 'error' : 'info'](differs ? 'clock_differs' : 'clock_agrees', {
        ahead_seconds: Math.round(ahead / 1_000),
      });
    }
  };
  const run = async (): Promise<void> => {
    await ask().catch(() => undefined);
    if (!stopped) timer = setTimeout(() => void run(), known === null ? FIRST_AGAIN_MS : AGAIN_MS).unref();
  };
  const first = run();
  return {
    now: () =>
      known === null ? machine.now() : new Date(known.database + machine.monotonicMs() - known.monotonic),
    aheadSeconds: () => (ahead === null ? null : ahead / 1_000),
    known: () => first,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
