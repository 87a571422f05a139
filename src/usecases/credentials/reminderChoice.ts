import type { ReminderChoice } from '../../domain/credentials/credential.js';

/** What somebody asked for, as it is kept; what holds for all is kept as null. */
export function reminderChoice(asked: ReminderChoice | null | undefined): ReminderChoice | null {
  const given = Object.entries(asked ?? {}).filter(([, value]) => value !== undefined);
  return given.length === 0 ? null : Object.fromEntries(given);
}
