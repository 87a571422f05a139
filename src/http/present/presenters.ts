import type { z } from 'zod';
import type {
  auditAnswer,
  credentialAnswer,
  grantAnswer,
  remindersAnswer,
  templateAnswer,
  usageAnswer,
  versionAnswer,
} from '../../api/answers.js';
import { connectorOf } from '../../connectors/registry.js';
import type { Grant } from '../../domain/access/grant.js';
import type { ListedAuditRow } from '../../domain/audit/audit.js';
import { objectOf } from '../../domain/audit/auditObject.js';
import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import type { Connector } from '../../domain/services/connector.js';
import { type TlsBadge, tlsBadge } from '../../domain/services/tlsWarnings.js';
import type { UsageRow } from '../../ports/credentials.js';
import { iso, isoOrNull } from './moments.js';
import { typedValues } from './typedValues.js';

/** What anybody who may see a credential may see of it: an allow-list; the Vault path is not on it. */
export function presentCredential(c: Credential): z.output<typeof credentialAnswer> {
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
    last_tested_at: isoOrNull(c.lastTestedAt),
    last_test_code: c.lastTestCode,
    last_test_status: c.lastTestCode === null ? null : c.lastTestCode === 'ok',
    identity: c.identity,
    expires_at: isoOrNull(c.expiresAt),
    test_interval_minutes: c.testIntervalMinutes,
    next_test_at: isoOrNull(c.nextTestAt),
    rotation_interval_days: c.rotationIntervalDays,
    last_rotated_at: isoOrNull(c.lastRotatedAt),
    next_rotation_at: isoOrNull(c.nextRotationAt),
    reminders: presentReminders(c),
    revision: c.revision,
    created_at: iso(c.createdAt),
    created_by: c.createdBy,
    updated_at: iso(c.updatedAt),
    updated_by: c.updatedBy,
    deleted_at: isoOrNull(c.deletedAt),
  };
}

function presentReminders({ reminders }: Credential): z.output<typeof remindersAnswer> | null {
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

export function presentVersion(v: CredentialVersion, active: number | null): z.output<typeof versionAnswer> {
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

export function presentGrant(g: Grant): z.output<typeof grantAnswer> {
  return {
    subject_kind: g.subjectKind,
    subject: g.subject,
    level: g.level,
    expires_at: isoOrNull(g.expiresAt),
  };
}

export function presentUsage(u: UsageRow): z.output<typeof usageAnswer> {
  return {
    used_by: u.usedBy,
    used_at: iso(u.usedAt),
    handed_out: u.reported ? null : u.success,
    reported: u.reported ? u.success : null,
    success: u.success,
    error_code: u.errorCode,
    purpose: u.purpose,
    caller: u.caller,
  };
}

export function presentAudit(row: ListedAuditRow): z.output<typeof auditAnswer> {
  return {
    chain: row.chain,
    seq: row.seq,
    at: iso(row.at),
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

export function presentTemplate({ template, guide }: Connector): z.output<typeof templateAnswer> {
  return {
    ...template,
    required_fields: template.required_fields.map((field) => ({ ...field })),
    ...(guide !== undefined && { guide: { create: [...guide.create], permissions: guide.permissions } }),
  };
}
