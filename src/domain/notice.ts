/** What people are told without asking. `break_glass` and `password_reset` come from what somebody did. */
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
  'replaced',
  'missing',
  'orphan',
  'vault_recovered',
  'report_only',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export function isNoticeKind(word: string): word is NoticeKind {
  return NOTICE_KINDS.some((kind) => kind === word);
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
  replaced: 'critical',
  missing: 'critical',
  orphan: 'warning',
  vault_recovered: 'info',
  report_only: 'critical',
};

/** How urgent a notice is; one day before the end all else waits. */
export function severityOf(kind: NoticeKind, daysLeft?: number): Severity {
  if (kind === 'expiring' && daysLeft !== undefined) {
    if (daysLeft <= 1) return 'critical';
    if (daysLeft > 7) return 'info';
  }
  return SEVERITY_OF[kind];
}
