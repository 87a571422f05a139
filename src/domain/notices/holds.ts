import type { NoticeKind } from './notice.js';

/** Moments of a credential by which notices name what they are about. */
export type NoticeMoment = 'expiresAt' | 'nextRotationAt' | 'healthSince' | 'untestedSince' | 'unusedSince';

/**
 * How long a notice about an active credential holds. `never`: it reports something that is over. `seen`: until its
 * recipient acknowledges it, whatever happens to the credential. `finding`: until the finding of its kind is resolved.
 * `grant`: until the grant ends. With a moment: as long as the credential still has the one that the notice names, with
 * `ahead` until it comes.
 */
export type HoldRule =
  | { until: 'never' | 'seen' | 'finding' | 'grant' }
  | { until: 'other_moment'; moment: NoticeMoment; ahead?: true };

const NEVER: HoldRule = { until: 'never' };
const SEEN: HoldRule = { until: 'seen' };
const FINDING: HoldRule = { until: 'finding' };
const health: HoldRule = { until: 'other_moment', moment: 'healthSince' };

/**
 * The one rule for whether a notice still holds. The list of notices makes its SQL from it, and what is due takes the
 * moment that it names from it.
 */
export const HOLD_RULES = {
  expiring: { until: 'other_moment', moment: 'expiresAt', ahead: true },
  expired: { until: 'other_moment', moment: 'expiresAt' },
  rotation_due: { until: 'other_moment', moment: 'nextRotationAt', ahead: true },
  rotation_overdue: { until: 'other_moment', moment: 'nextRotationAt' },
  health_rejected: health,
  health_unreachable: health,
  health_limited: health,
  health_recovered: NEVER,
  never_tested: { until: 'other_moment', moment: 'untestedSince' },
  unused: { until: 'other_moment', moment: 'unusedSince' },
  break_glass: SEEN,
  password_reset: SEEN,
  report: NEVER,
  drift: FINDING,
  drift_adopted: NEVER,
  active_gone: FINDING,
  versions_gone: NEVER,
  replaced: FINDING,
  missing: FINDING,
  orphan: SEEN,
  vault_recovered: NEVER,
  report_only: SEEN,
  grant_ending: { until: 'grant' },
  env_leftovers: SEEN,
  broker_ending: SEEN,
  offer: SEEN,
  variable_conflict: SEEN,
  held_back: SEEN,
  offer_names: SEEN,
  tasks_stopped: SEEN,
  audit_damaged: SEEN,
} as const satisfies Readonly<Record<NoticeKind, HoldRule>>;

/** The kinds whose notices hold by this rule. */
export function kindsThatHold(wanted: (rule: HoldRule) => boolean): NoticeKind[] {
  return Object.entries(HOLD_RULES).flatMap(([kind, rule]) => (wanted(rule) ? [kind as NoticeKind] : []));
}

type NamesMoment = {
  [K in keyof typeof HOLD_RULES]: (typeof HOLD_RULES)[K] extends { moment: NoticeMoment } ? K : never;
}[keyof typeof HOLD_RULES];

/** The moment that a notice of this kind names; null: there is none, so nothing is due. */
export function momentOf(
  kind: NamesMoment,
  moments: Readonly<Record<NoticeMoment, Date | null>>,
): Date | null {
  return moments[HOLD_RULES[kind].moment];
}
