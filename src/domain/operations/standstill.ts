import { MINUTE_MS } from '../time/units.js';
/** What must go on each minute, or nobody would notice that the rest does not: audit checkpoints, notices, tests. */
export const WATCHED_TASKS = ['checkpoint', 'notify', 'test_due'] as const;

/** Three periods. */
const SILENT_AFTER_MS = 3 * MINUTE_MS;
/** Two processes may disagree by this much. */
const TOLERANCE_MS = MINUTE_MS;

export interface TaskSilence {
  task: string;
  /** Since it last went well; where it never did, since `startedAt`. */
  seconds: number;
  /** For three periods and more. */
  stopped: boolean;
}

/** How long each watched task has not gone well. A run in the future is the mistake of some clock and counts as none. */
export function silenceOf(
  tasks: readonly { task: string; lastOkAt: Date | null }[],
  { now, startedAt }: { now: Date; startedAt: Date },
): TaskSilence[] {
  return WATCHED_TASKS.map((task) => {
    const lastOk = tasks.find((each) => each.task === task)?.lastOkAt?.getTime();
    const known = lastOk !== undefined && lastOk <= now.getTime() + TOLERANCE_MS;
    const silentMs = Math.max(0, now.getTime() - (known ? lastOk : startedAt.getTime()));
    return { task, seconds: Math.round(silentMs / 1_000), stopped: silentMs > SILENT_AFTER_MS };
  });
}
