import type { Credential, Health } from '../credentials/credential.js';
import { DAY_MS } from '../time/units.js';
import type { NoticeKind } from './notice.js';
import { adviceOn } from './noticeDetails.js';

/** How long before its end a credential needs attention. */
export const ATTENTION_MS = 14 * DAY_MS;

/** Healths that need attention. */
export const ATTENTION_HEALTHS: readonly Health[] = ['rejected', 'unreachable', 'limited'];

/** Why a credential needs attention, as the kind of its notice, and one sentence that says what to do. */
export interface Attention {
  code: NoticeKind;
  text: string;
}

/**
 * What an active credential needs attention for; null: nothing. The worst counts: refused, expired, unreachable, working
 * only partly, expiring. `advice` is the sentence of its last test, or null where the history no longer has it.
 */
export function attentionOf(
  {
    status,
    health,
    expiresAt,
    lastTestCode,
  }: Pick<Credential, 'status' | 'health' | 'expiresAt' | 'lastTestCode'>,
  advice: string | null,
  now: Date,
): Attention | null {
  if (status !== 'active') return null;
  const left = expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt.getTime() - now.getTime();
  const of = (code: NoticeKind, text: string | null): Attention => ({
    code,
    text: text ?? adviceOn(code, lastTestCode) ?? '',
  });
  if (health === 'rejected') return of('health_rejected', advice);
  if (expiresAt !== null && left <= 0)
    return of('expired', `It expired on ${day(expiresAt)}. ${adviceOn('expired', null)}`);
  if (health === 'unreachable') return of('health_unreachable', advice);
  if (health === 'limited') return of('health_limited', advice);
  if (expiresAt === null || left > ATTENTION_MS) return null;
  return of('expiring', expiringText(expiresAt));
}

/** The sentence on what works today and will not for long. */
export const expiringText = (at: Date) =>
  `It expires on ${day(at)}: create a new one and rotate it before that date.`;

const day = (at: Date) => at.toISOString().slice(0, 10);
