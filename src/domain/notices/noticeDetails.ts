import { isBlocked } from '../testing/health.js';
import { moment } from '../text/moment.js';
import type { StoredNotice } from './channel.js';
import { isNoticeKind, type NoticeKind } from './notice.js';

/** What a mail adds to the sentence of a notice; a label is left out where the broker knows nothing for it. */
export interface NoticeDetail {
  label: 'Owner' | 'Since' | 'What to do';
  text: string;
}

type Start = 'since' | 'expires_at' | 'due_at' | 'created_at' | 'put';

/** The notices that go to the owner of a credential. `start`: the fact that says since when, or when it was found. */
const OWNED: Readonly<Partial<Record<NoticeKind, { start: Start | null }>>> = {
  expiring: { start: null },
  expired: { start: 'expires_at' },
  rotation_due: { start: null },
  rotation_overdue: { start: 'due_at' },
  health_rejected: { start: 'since' },
  health_unreachable: { start: 'since' },
  health_limited: { start: 'since' },
  health_recovered: { start: 'since' },
  never_tested: { start: 'created_at' },
  unused: { start: 'since' },
  break_glass: { start: 'put' },
  drift: { start: 'put' },
  drift_adopted: { start: 'put' },
  active_gone: { start: 'put' },
  versions_gone: { start: 'put' },
  replaced: { start: 'put' },
  missing: { start: 'put' },
  vault_recovered: { start: 'put' },
};

/** What its reader can do. The sentences of the other kinds say it themselves, or there is nothing to do. */
const ADVICE: Readonly<Partial<Record<NoticeKind, string>>> = {
  expiring: 'Get a new value from the service and store it: glassdome credentials rotate.',
  expired: 'Get a new value from the service and store it: glassdome credentials rotate.',
  rotation_due: 'Change the value at the service and store the new one: glassdome credentials rotate.',
  rotation_overdue: 'Change the value at the service and store the new one: glassdome credentials rotate.',
  health_rejected: 'Store the value that the service accepts, then test it: glassdome credentials test.',
  health_unreachable:
    'Check that the service runs and that its address is right, then test it: glassdome credentials test.',
  health_limited: 'Give the account the missing permissions: glassdome credentials show.',
  never_tested: 'Test it: glassdome credentials test.',
  unused: 'Delete it if it is no longer needed: glassdome credentials delete.',
  break_glass: 'If you do not know the reason, ask the admin. Rotate the value afterwards.',
  password_reset: 'If you do not know the reason, ask the admin.',
  grant_ending: 'Ask the owner to extend the grant if it is still needed.',
  drift: 'Activate the version if it is correct, or ignore it: glassdome findings.',
  active_gone: 'Restore the version in Vault, or store the value again: glassdome findings.',
  replaced: 'Store the value again: glassdome credentials rotate.',
  missing: 'Restore it in Vault, or store the value again: glassdome findings.',
  orphan: 'Decide whether these paths are needed: glassdome findings.',
  env_leftovers: 'Import these names or remove them from the environment: glassdome credentials import.',
  broker_ending: 'Renew it before that date.',
};

/** Whose it is, since when, and what to do. */
export function detailsOf({ kind, body, recipient, createdAt }: StoredNotice): NoticeDetail[] {
  if (!isNoticeKind(kind)) return [];
  const owned = OWNED[kind];
  const start = owned?.start ?? null;
  const since = start === 'put' ? createdAt.toISOString() : start === null ? null : body[start];
  return [
    ...(owned === undefined ? [] : [{ label: 'Owner' as const, text: oneLine(recipient) }]),
    ...(isMoment(since) ? [{ label: 'Since' as const, text: moment(since) }] : []),
    ...adviceOf(adviceOn(kind, String(body['code']))),
  ];
}

/** What can be done about it; `code` is that of the test that found it. */
export function adviceOn(kind: NoticeKind, code: string | null): string | undefined {
  const blocked = kind === 'health_unreachable' && isBlocked(code);
  return blocked ? 'Ask the operator of the broker to allow the range.' : ADVICE[kind];
}

const adviceOf = (text: string | undefined): NoticeDetail[] =>
  text === undefined ? [] : [{ label: 'What to do', text }];

const isMoment = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value);

/** Line ends would break the mail. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);
