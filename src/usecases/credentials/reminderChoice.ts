import type { ReminderChoice } from '../../domain/credentials/credential.js';

/** The requested reminders, as they are stored; the default for all is stored as null. */
export function reminderChoice(asked: ReminderChoice | null | undefined): ReminderChoice | null {
  const given = Object.entries(asked ?? {}).filter(([, value]) => value !== undefined);
  return given.length === 0 ? null : Object.fromEntries(given);
}
