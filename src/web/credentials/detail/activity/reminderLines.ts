import type { SeenCredential } from '../../../client/contract.js';

export type Choice = SeenCredential['reminders'];

export interface ReminderLine {
  text: string;
  kind: 'expiry' | 'unused' | 'muted';
  days?: number;
}

/** Own reminder settings, one line each; none: those of the broker. */
export function linesOf(choice: Choice): ReminderLine[] {
  const { expiry_days = [], unused_days, muted } = choice ?? {};
  return [
    ...expiry_days.map((days) => ({ kind: 'expiry' as const, days, text: `${days} days before the end` })),
    ...(unused_days === undefined
      ? []
      : [
          {
            kind: 'unused' as const,
            text:
              unused_days === null ? 'Never when it is not used' : `After ${unused_days} days without use`,
          },
        ]),
    ...(muted === true ? [{ kind: 'muted' as const, text: 'No reminders at all' }] : []),
  ];
}

/** The choice with one more day before the end, the earliest first. */
export function withDays(choice: Choice, days: number): Choice {
  const all = new Set([...(choice?.expiry_days ?? []), days]);
  return { ...choice, expiry_days: [...all].sort((a, b) => b - a) };
}

/** The choice without a line; null when none is left. */
export function without(choice: Choice, { kind, days }: ReminderLine): Choice {
  const { expiry_days = [], unused_days, muted } = choice ?? {};
  const left = kind === 'expiry' ? expiry_days.filter((one) => one !== days) : expiry_days;
  const next = {
    ...(left.length > 0 && { expiry_days: left }),
    ...(unused_days !== undefined && kind !== 'unused' && { unused_days }),
    ...(muted === true && kind !== 'muted' && { muted }),
  };
  return Object.keys(next).length === 0 ? null : next;
}
