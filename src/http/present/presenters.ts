import { connectorOf } from '../../connectors/registry.js';
import type { Grant } from '../../domain/access/grant.js';
import type { ListedAuditRow } from '../../domain/audit/audit.js';
import { objectOf } from '../../domain/audit/auditObject.js';
import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import { type TlsBadge, tlsBadge } from '../../domain/services/tlsWarnings.js';
import type { UsageRow } from '../../ports/credentials.js';
import { typedValues } from './typedValues.js';

/** What anybody who may see a credential may see of it: an allow-list; the Vault path is not on it. */
export function presentCredential(c: Credential): Record<string, unknown> {
  return {
    id: c.id,
    name: c.name,
    service_type: c.serviceType,
    owner: c.owner,
    status: c.status,
    health: c.health,
    settings: typedValues(c, c.settings),
    tls: badgeOf(c),
    secret_fields: c.secretFields,
    description: c.description,
    labels: c.labels,
    env_names: c.envNames,
    active_version: c.activeVersion,
    latest_version: c.latestVersion,
    last_tested_at: c.lastTestedAt,
    last_test_code: c.lastTestCode,
    last_test_status: c.lastTestCode === null ? null : c.lastTestCode === 'ok',
    identity: c.identity,
    expires_at: c.expiresAt,
    test_interval_minutes: c.testIntervalMinutes,
    next_test_at: c.nextTestAt,
    rotation_interval_days: c.rotationIntervalDays,
    last_rotated_at: c.lastRotatedAt,
    next_rotation_at: c.nextRotationAt,
    reminders: presentReminders(c),
    revision: c.revision,
    created_at: c.createdAt,
    created_by: c.createdBy,
    updated_at: c.updatedAt,
    updated_by: c.updatedBy,
    deleted_at: c.deletedAt,
  };
}

function presentReminders({ reminders }: Credential): Record<string, unknown> | null {
  if (reminders === null) return null;
  const { expiryDays, unusedDays, muted } = reminders;
  return {
    ...(expiryDays !== undefined && { expiry_days: expiryDays }),
    ...(unusedDays !== undefined && { unused_days: unusedDays }),
    ...(muted !== undefined && { muted }),
  };
}

function badgeOf({ serviceType, settings }: Credential): TlsBadge | null {
  const connector = connectorOf(serviceType);
  return connector === undefined ? null : tlsBadge(connector, settings);
}

export function presentVersion(v: CredentialVersion, active: number | null): Record<string, unknown> {
  return {
    version: v.version,
    active: v.version === active,
    created_time: v.createdTime,
    changed_fields: v.changedFields,
    author: v.author,
    reason: v.reason,
    source: v.source,
    state: v.state,
  };
}

export function presentGrant(g: Grant): Record<string, unknown> {
  return { subject_kind: g.subjectKind, subject: g.subject, level: g.level, expires_at: g.expiresAt };
}

export function presentUsage(u: UsageRow): Record<string, unknown> {
  return {
    used_by: u.usedBy,
    used_at: u.usedAt,
    handed_out: u.reported ? null : u.success,
    reported: u.reported ? u.success : null,
    success: u.success,
    error_code: u.errorCode,
    purpose: u.purpose,
    caller: u.caller,
  };
}

export function presentAudit(row: ListedAuditRow): Record<string, unknown> {
  return {
    chain: row.chain,
    seq: row.seq,
    at: row.at,
    action: row.action,
    outcome: row.outcome,
    actor: row.actor,
    request_id: row.requestId,
    credential_id: row.credentialId,
    credential_name: row.credentialName,
    object: objectOf(row),
    version: row.version,
    code: row.code,
    used_by: row.usedBy,
    purpose: row.purpose,
    break_glass: row.breakGlass,
    break_glass_reason: row.breakGlassReason,
    details: row.details,
  };
}
