/** Notices that are sent to people. `break_glass` and `password_reset` come from an action of a user. */
export const NOTICE_KINDS = [
  'expiring',
  'expired',
  'rotation_due',
  'rotation_overdue',
  'health_rejected',
  'health_unreachable',
  'health_limited',
  'health_recovered',
  'never_tested',
  'unused',
  'break_glass',
  'password_reset',
  'report',
  'drift',
  'drift_adopted',
  'active_gone',
  'versions_gone',
  'replaced',
  'missing',
  'orphan',
  'vault_recovered',
  'report_only',
  'grant_ending',
  'env_leftovers',
  'broker_ending',
  'offer',
  'variable_conflict',
  'held_back',
  'offer_names',
  'tasks_stopped',
  'audit_damaged',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export function isNoticeKind(word: string): word is NoticeKind {
  return NOTICE_KINDS.some((kind) => kind === word);
}

/** An action of a user: it is reported whatever happens later, and only its recipient can acknowledge it. */
const DEEDS: ReadonlySet<string> = new Set<NoticeKind>(['break_glass', 'password_reset']);

export function isUserAction(kind: string): boolean {
  return DEEDS.has(kind);
}

/** What is looked at again and again, so that it comes once more when it was put off and is still so. */
const LOOKED_AT: ReadonlySet<string> = new Set<NoticeKind>([
  'expiring',
  'expired',
  'rotation_due',
  'rotation_overdue',
  'health_rejected',
  'health_unreachable',
  'health_limited',
  'never_tested',
  'unused',
  'grant_ending',
  'env_leftovers',
  'broker_ending',
]);

export function canBePutOff(kind: string): boolean {
  return LOOKED_AT.has(kind);
}

/** From harmless to urgent. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export function severityAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

const SEVERITY_OF: Readonly<Record<NoticeKind, Severity>> = {
  expiring: 'warning',
  expired: 'critical',
  rotation_due: 'info',
  rotation_overdue: 'warning',
  health_rejected: 'critical',
  health_unreachable: 'warning',
  health_limited: 'warning',
  health_recovered: 'info',
  never_tested: 'info',
  unused: 'info',
  break_glass: 'critical',
  password_reset: 'warning',
  report: 'info',
  drift: 'warning',
  drift_adopted: 'info',
  active_gone: 'critical',
  versions_gone: 'info',
  replaced: 'critical',
  missing: 'critical',
  orphan: 'warning',
  vault_recovered: 'info',
  report_only: 'critical',
  grant_ending: 'info',
  env_leftovers: 'info',
  broker_ending: 'warning',
  offer: 'info',
  variable_conflict: 'warning',
  held_back: 'warning',
  offer_names: 'info',
  tasks_stopped: 'critical',
  audit_damaged: 'critical',
};

/** How urgent a notice is; one day before the end all else waits. */
export function severityOf(kind: NoticeKind, daysLeft?: number): Severity {
  if (kind === 'expiring' && daysLeft !== undefined) {
    if (daysLeft <= 1) return 'critical';
    if (daysLeft > 7) return 'info';
  }
  if (kind === 'grant_ending' && daysLeft !== undefined && daysLeft <= 1) return 'warning';
  if (kind === 'broker_ending' && daysLeft !== undefined && daysLeft <= 7) return 'critical';
  return SEVERITY_OF[kind];
}
