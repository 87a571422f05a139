/** Whole months that are kept in addition to the current one; 0: forever. */
export interface RetentionPolicy {
  usageMonths: number;
  testsMonths: number;
  auditMonths: number;
}

/**
 * The beginning of the month (UTC) up to which rows go, or null where they are kept for ever. The current month and
 * `months` before it stay.
 */
export function droppedBefore(now: Date, months: number): Date | null {
  if (months === 0) return null;
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1));
}
