/** The outcome of an audited request. */
export const AUDIT_OUTCOMES = ['allowed', 'denied', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/**
 * The actions that are audited. `*.requested` rows commit before Vault is touched, so that a crash leaves a trace.
 * `break_glass` is a flag of the event, not a separate action.
 */
export const AUDIT_ACTIONS = [
  'credential.create',
  'credential.create_requested',
  'credential.create_abandoned',
  'credential.see',
  'credential.list',
  'credential.read',
  'credential.resolve',
  'credential.environment',
  'credential.update',
  'credential.update_requested',
  'credential.update_abandoned',
  'credential.destination_changed',
  'credential.activate',
  'credential.rotate',
  'credential.delete',
  'credential.restore',
  'credential.destroy',
  'credential.drift_found',
  'credential.orphan_found',
  'credential.missing_in_vault',
  'credential.active_gone',
  'credential.expiry_removed_in_vault',
  'credential.replaced_in_vault',
  'credential.versions_changed_in_vault',
  'credential.finding_resolved',
  'credential.drift_adopted',
  'credential.use',
  'credential.usage_reported',
  'credential.test',
  'credential.test_unsaved',
  'credential.tested',
  'credential.import',
  'bulk.start',
  'bulk.see',
  'bulk.cancel',
  'bulk.retry',
  'tls.fetch',
  'grant.change',
  'offer.list',
  'offer.accept',
  'offer.decline',
  'preference.set',
  'team.create',
  'team.change',
  'team.delete',
  'service_account.create',
  'service_account.revoke',
  'service_account.secret_reset',
  'user.list',
  'user.create',
  'user.change',
  'user.password_reset',
  'user.password_change',
  'auth.login',
  'auth.logout',
  'auth.token',
  'auth.cli_code',
  'auth.refused',
  'audit.verify',
  'audit.checkpoint',
  'audit.problem_found',
  'audit.export',
  'audit.key',
  'reconcile.report_only',
  'retention.drop',
  'worker.see',
  'worker.run',
  'worker.stopped',
  'report.create',
  'report_schedule.create',
  'report_schedule.change',
  'report_schedule.delete',
  'notice.create',
  'notice.acknowledge',
  'notice.snooze',
  'channel.see',
  'channel.create',
  'channel.change',
  'channel.delete',
  'channel.rewrap',
  'channel.test',
  'channel.retry',
  'chain.start',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** An action, or the beginning of some with a star: `credential.*`. */
export function isAuditActions(word: string): boolean {
  const beginning = word.endsWith('*') ? word.slice(0, -1) : null;
  return AUDIT_ACTIONS.some((action) =>
    beginning === null ? action === word : action.startsWith(beginning),
  );
}

/** What a use case says of an event; the batcher adds chain, number, time and hash. Holds no secret. */
export interface AuditEvent {
  action: AuditAction;
  outcome: AuditOutcome;
  /** A principal, or `anonymous`, or `system`. */
  actor: string;
  actorKind: 'user' | 'service_account' | 'worker' | 'anonymous' | 'system';
  requestId: string;
  ip: string | null;
  credentialId: string | null;
  /** Vault version whose value was released or made. */
  version: number | null;
  /** Error code of a refusal or failure. */
  code: string | null;
  usedBy: string | null;
  purpose: string | null;
  breakGlass: boolean;
  breakGlassReason: string | null;
  /** Names, counts and ids only. */
  details: Record<string, unknown>;
}

/** A stored audit row. */
export interface AuditRow extends AuditEvent {
  chain: string;
  seq: number;
  at: Date;
  /** Hex SHA-256 of the row before it in its chain; of the old head for the first row of a chain; else zeros. */
  prevHash: string;
  hash: string;
  /**
   * Keyed hash of `hash`, under a key that only Vault can derive: `<version>:<base64url>`. Null in rows of brokers from
   * before it.
   */
  mac: string | null;
}

/** A row as people list it. */
export interface ListedAuditRow extends AuditRow {
  /** Null where there is none, or the viewer may not see it. */
  credentialName: string | null;
  channelName: string | null;
}
