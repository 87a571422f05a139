import type { CreateCredentialBody } from '../../api/credentials.js';
import type { ReminderChoice } from '../../domain/credentials/credential.js';

/** What a request says of reminders, as it is kept; what holds for all is kept as null. */
export function reminderChoice(asked: CreateCredentialBody['reminders']): ReminderChoice | null {
  const { expiry_days: expiryDays, unused_days: unusedDays, muted } = asked ?? {};
  const choice = {
    ...(expiryDays !== undefined && { expiryDays }),
    ...(unusedDays !== undefined && { unusedDays }),
    ...(muted !== undefined && { muted }),
  };
  return Object.keys(choice).length === 0 ? null : choice;
}
