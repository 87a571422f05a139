import type { ResolveShape } from '../../api/credentials.js';
import { type ClientShape, clientShapeOf } from '../../connectors/clientShapes.js';
import { connectorOf } from '../../connectors/registry.js';
import type { Grant } from '../../domain/access/grant.js';
import type { ListedAuditRow } from '../../domain/audit/audit.js';
import { objectOf } from '../../domain/audit/auditObject.js';
import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { booleanOf, integerOf } from '../../domain/credentials/fieldTexts.js';
import { typedFields } from '../../domain/credentials/templateFields.js';
import { Secret } from '../../domain/secret.js';
import { type TlsBadge, tlsBadge } from '../../domain/services/tlsWarnings.js';
import type { MadeBy, Person, ServiceAccount, Team } from '../../ports/people.js';
import type { UsageRow } from '../../ports/usage.js';
import type { Environment } from '../../usecases/reading/readEnvironment.js';
import type { ResolvedItem } from '../../usecases/reading/resolveCredentials.js';
import { problemOf } from '../problem.js';

/** What anybody who may see a credential may see of it: an allow-list; the Vault path is not on it. */
export function presentCredential(c: Credential): Record<string, unknown> {
  return {
    id: c.id,
    name: c.name,
    service_type: c.serviceType,
    owner: c.owner,
    status: c.status,
    health: c.health,
    settings: typed(c, c.settings),
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

function typed(c: Credential, values: Record<string, string>): Record<string, unknown> {
  const template = connectorOf(c.serviceType)?.template;
  return template === undefined ? values : typedFields(template, values);
}

/** All values of one version. The only place, with `presentResolved` and `presentEnvironment`, that opens them. */
export function presentSecret(c: Credential, version: number, values: FieldValues): Record<string, unknown> {
  return { id: c.id, name: c.name, service_type: c.serviceType, version, fields: openFields(c, values) };
}

function openFields(c: Credential, values: FieldValues, only?: string): Record<string, unknown> {
  const opened = { ...values.settings };
  for (const [name, secret] of Object.entries(values.secrets)) opened[name] = secret.reveal();
  const fields = typed(c, opened);
  return only === undefined ? fields : { [only]: fields[only] };
}

/** What cannot be read as a number or a boolean stays a text, as it is stored. */
function clientArguments(c: Credential, values: FieldValues, shape: ClientShape): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, { field, type, label }] of Object.entries(shape.arguments)) {
    const inLabel = label === undefined ? undefined : c.labels[label];
    const value = values.secrets[field]?.reveal() ?? values.settings[field] ?? inLabel;
    if (value === undefined || value === '') continue;
    if (type === undefined) given[name] = value;
    else given[name] = (type === 'integer' ? integerOf(value) : booleanOf(value)) ?? value;
  }
  return given;
}

export function presentResolved(item: ResolvedItem, wanted: ResolveShape): Record<string, unknown> {
  if (item.status === 'error') {
    const { code, detail, candidates } = problemOf(item.error, '') as Record<string, unknown>;
    return { status: 'error', code, detail, ...(candidates === undefined ? {} : { candidates }) };
  }
  const { credential: c, version, values, only } = item;
  const credential = { id: c.id, name: c.name, service_type: c.serviceType, version };
  const shape = wanted === 'client' ? clientShapeOf(c) : undefined;
  const isShaped = shape !== undefined && only === undefined;
  const fields = isShaped ? clientArguments(c, values, shape) : openFields(c, values, only);
  const answer = { status: 'ok', credential, fields };
  return wanted === 'client' ? { ...answer, client: isShaped ? shape.client : null } : answer;
}

export function presentEnvironment(environment: Environment): Record<string, unknown> {
  const open = (value: string | Secret) => (value instanceof Secret ? value.reveal() : value);
  return {
    variables: Object.fromEntries(
      Object.entries(environment.variables).map(([name, value]) => [name, open(value)]),
    ),
    sources: Object.fromEntries(
      Object.entries(environment.sources).map(([name, s]) => [
        name,
        {
          credential_id: s.credentialId,
          name: s.name,
          version: s.version,
          field: s.field,
          alias_of: s.aliasOf,
        },
      ]),
    ),
    conflicts: environment.conflicts.map(({ variable, credentials, servedBy, because }) => ({
      variable,
      credentials,
      served_by: servedBy,
      because,
    })),
    failed: environment.failed.map((f) => ({ credential_id: f.credentialId, name: f.name, code: f.code })),
    held_back: environment.heldBack.map(({ variable, credentialId, name, changedBy }) => ({
      variable,
      credential_id: credentialId,
      name,
      changed_by: changedBy,
    })),
    offers: environment.offers,
    unreadable: environment.unreadable,
  };
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

export function presentPerson(p: Person): Record<string, unknown> {
  return {
    principal: p.principal,
    username: p.username,
    email: p.email,
    role: p.role,
    disabled: p.disabled,
    must_change_password: p.mustChangePassword,
    created_at: p.createdAt,
    last_login_at: p.lastLoginAt,
  };
}

export function presentMade({ accounts, channels, reportSchedules }: MadeBy): Record<string, unknown> {
  return { service_accounts: accounts, channels, report_schedules: reportSchedules };
}

export function presentTeam(t: Team): Record<string, unknown> {
  return {
    name: t.name,
    description: t.description,
    created_at: t.createdAt,
    created_by: t.createdBy,
    members: t.members.map(({ principal, lead }) => ({ principal, lead })),
  };
}

export function presentServiceAccount(a: ServiceAccount): Record<string, unknown> {
  return {
    id: a.id,
    name: a.name,
    description: a.description,
    role: a.role,
    created_at: a.createdAt,
    created_by: a.createdBy,
    expires_at: a.expiresAt,
    revoked_at: a.revokedAt,
    last_used_at: a.lastUsedAt,
    disabled: a.disabled,
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
