import { DAY_MS } from '../time/units.js';
import { type Severity, severityOf } from './notice.js';

const WEEK = 7 * DAY_MS;

/** Days before a grant ends at which a notice is sent. */
const GRANT_DAYS = [7, 1];
/** Days before a certificate or token of the broker expires; 0: it has expired. */
const OWN_DAYS = [30, 14, 7, 1, 0];
const LEFTOVER_WEEKS = 4;

/** How long before its end a grant is looked at. */
export const GRANT_AHEAD_MS = Math.max(...GRANT_DAYS) * DAY_MS;

/** A step on the way to an end: which one, and how urgent it is. */
export interface EndingStep {
  step: number;
  daysLeft: number;
  severity: Severity;
}

/** The step of a grant's end that has come; null: none yet, or it has ended. */
export function grantStep(endsAt: Date, now: Date): EndingStep | null {
  return endsAt <= now ? null : stepOf('grant_ending', { endsAt, now, days: GRANT_DAYS });
}

/** The step of the expiry of a certificate or token of the broker. */
export function ownStep(endsAt: Date, now: Date): EndingStep | null {
  return stepOf('broker_ending', { endsAt, now, days: OWN_DAYS });
}

function stepOf(
  kind: 'grant_ending' | 'broker_ending',
  { endsAt, now, days }: { endsAt: Date; now: Date; days: readonly number[] },
): EndingStep | null {
  const left = endsAt.getTime() - now.getTime();
  const step = [...days].sort((a, b) => a - b).find((limit) => left <= limit * DAY_MS);
  if (step === undefined) return null;
  const daysLeft = Math.max(0, Math.ceil(left / DAY_MS));
  return { step, daysLeft, severity: severityOf(kind, daysLeft) };
}

/** Which of the four weeks after an import it is, the first one past; null: none. */
export function leftoverWeek(importedAt: Date, now: Date): number | null {
  const week = Math.floor((now.getTime() - importedAt.getTime()) / WEEK);
  return week >= 1 && week <= LEFTOVER_WEEKS ? week : null;
}
