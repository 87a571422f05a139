import { z } from 'zod';
import { AUDIT_OUTCOMES, isAuditActions } from '../domain/audit/audit.js';
import { CREDENTIAL_STATUSES, HEALTHS } from '../domain/credentials/credential.js';
import { UNUSUAL_KINDS } from '../domain/secrecy/unusualValues.js';
import { FEWEST_MINUTES, MOST_MINUTES } from '../domain/testing/testPace.js';
import {
  clearParagraph,
  credentialName,
  cursor,
  envNames,
  fieldMap,
  grantInput,
  grantLevel,
  labels,
  limit,
  line,
  moment,
  nameToFind,
  serviceTypeWord,
  uuid,
} from './common.js';

const rotationDays = z.number().int().min(1).max(3650).nullable();
/** Null: as the broker is set up for the service type. */
const testMinutes = z.number().int().min(FEWEST_MINUTES).max(MOST_MINUTES).nullable();

/** What its people want to be reminded of, where it differs from what holds for all; null: as for all. */
const reminders = z
  .strictObject({
    /** Days before its end. */
    expiry_days: z.array(z.number().int().min(0).max(3650)).max(10).optional(),
    /** Days without use; null: never. */
    unused_days: z.number().int().min(1).max(3650).nullable().optional(),
    /** Of nothing at all. */
    muted: z.boolean().optional(),
  })
  .nullable();

/** Whether the values are proven before they are stored; left out, as the broker is set up (`TEST_ON_SAVE`). */
const testMode = z.enum(['required', 'warn', 'skip']).optional();

/**
 * Kinds of values that are stored although they look like none: references of other stores, placeholders, quotes around the
 * value, `NAME=value`, invisible characters. True: all.
 */
const allowUnusual = z
  .union([z.boolean(), z.array(z.enum(UNUSUAL_KINDS)).max(UNUSUAL_KINDS.length)])
  .optional();

/** `POST /api/credentials`. */
export const createCredentialBody = z.strictObject({
  name: credentialName,
  service_type: serviceTypeWord,
  fields: fieldMap,
  /** `other` only: which of the fields are secret. Left out, all are. */
  secret_fields: z.array(z.string().max(64)).max(64).optional(),
  description: clearParagraph(2000).default(''),
  labels: labels.default({}),
  env_names: envNames.optional(),
  expires_at: moment.nullable().optional(),
  rotation_interval_days: rotationDays.optional(),
  reminders: reminders.optional(),
  test_interval_minutes: testMinutes.optional(),
  shared: z.boolean().default(false),
  accessible_by: z.array(line(63).min(1)).max(50).default([]),
  accessible_level: grantLevel.default('read'),
  allow_unusual: allowUnusual,
  test: testMode,
});
export type CreateCredentialBody = z.infer<typeof createCredentialBody>;

/** `PUT` and `PATCH /api/credentials/{id}`: what is not named keeps its value. */
export const updateCredentialBody = z.strictObject({
  name: credentialName.optional(),
  fields: fieldMap.optional(),
  secret_fields: z.array(z.string().max(64)).max(64).optional(),
  description: clearParagraph(2000).optional(),
  labels: labels.optional(),
  env_names: envNames.optional(),
  expires_at: moment.nullable().optional(),
  rotation_interval_days: rotationDays.optional(),
  reminders: reminders.optional(),
  test_interval_minutes: testMinutes.optional(),
  disabled: z.boolean().optional(),
  reason: line(500).optional(),
  allow_unusual: allowUnusual,
  test: testMode,
});
export type UpdateCredentialBody = z.infer<typeof updateCredentialBody>;

/** `POST /api/credentials/{id}/rotate` (guided): the new values become a new, active version. */
export const rotateCredentialBody = z.strictObject({
  fields: fieldMap.refine(
    (map) => Object.keys(map).length > 0,
    'must name the new value of at least one field',
  ),
  reason: line(500).optional(),
  allow_unusual: allowUnusual,
  test: testMode,
});
export type RotateCredentialBody = z.infer<typeof rotateCredentialBody>;

/** `POST /api/credentials/test`: values that are not stored, and stay so. */
export const testUnsavedBody = z.strictObject({
  service_type: serviceTypeWord,
  fields: fieldMap,
  secret_fields: z.array(z.string().max(64)).max(64).optional(),
});

/** `POST /api/credentials/{id}/test`: the active version, or the one that is named. */
export const testStoredBody = z.strictObject({
  version: z.number().int().min(1).max(1_000_000_000).optional(),
});

/** `POST /api/tls/fetch`: whose certificate is looked at. */
export const fetchCertificateBody = z.strictObject({
  host: line(255).min(1),
  port: z.number().int().min(1).max(65_535),
});

const reasonOnly = z.strictObject({ reason: line(500).optional() });
/** `POST /api/credentials/{id}/versions/{n}/activate`. */
export const activateVersionBody = reasonOnly;

/** `key=value`; may be repeated. */
const labelPairs = z
  .union([line(320), z.array(line(320))])
  .transform((v) => (Array.isArray(v) ? v : [v]))
  .optional();

/** `GET /api/credentials`. */
export const listCredentialsQuery = z.strictObject({
  service_type: serviceTypeWord.optional(),
  health: z.enum(HEALTHS).optional(),
  status: z.enum(CREDENTIAL_STATUSES).optional(),
  label: labelPairs,
  team: line(63).optional(),
  owner: line(255).optional(),
  expiring_before: moment.optional(),
  unused_since: moment.optional(),
  /** Exactly this. */
  name: nameToFind.optional(),
  q: line(200).optional(),
  limit,
  cursor: cursor.optional(),
});
export type ListCredentialsQuery = z.infer<typeof listCredentialsQuery>;

export const pageQuery = z.strictObject({ limit, cursor: cursor.optional() });

/** `GET /api/audit`. `from` is in, `to` is out. */
export const auditQuery = pageQuery.extend({
  credential_id: uuid.optional(),
  actor: line(255).min(1).optional(),
  /** One action, or all of a kind: `credential.*`. */
  action: z
    .string()
    .refine(
      isAuditActions,
      'must be an action such as credential.read, or a kind of them such as credential.*',
    )
    .optional(),
  request_id: line(64).min(1).optional(),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  from: moment.optional(),
  to: moment.optional(),
});
export type AuditQuery = z.infer<typeof auditQuery>;

export const selector = z.union(
  [
    z.strictObject({ id: uuid }),
    z.strictObject({ name: nameToFind, owner: line(255).optional() }),
    z.strictObject({ service_type: serviceTypeWord, labels: labels.optional(), owner: line(255).optional() }),
    z.strictObject({
      env: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/),
      owner: line(255).optional(),
    }),
  ],
  {
    error:
      'must contain id, name, env, or service_type (optionally with labels); owner can be added to all but id',
  },
);

export const RESOLVE_SHAPES = ['fields', 'client'] as const;
export type ResolveShape = (typeof RESOLVE_SHAPES)[number];

/** `POST /api/credentials/resolve`. */
export const resolveBody = z.strictObject({
  items: z.array(selector).min(1).max(100),
  /**
   * `client`: only what the client in Glassdome takes as keyword arguments (ProxmoxClient, MailcowClient, …), under its
   * names, with booleans and integers. One field that is asked for as `env` keeps its name. Left out: all fields.
   */
  shape: z.enum(RESOLVE_SHAPES).default('fields'),
  used_by: line(255).optional(),
  purpose: line(500).optional(),
});

/** `PUT /api/credentials/{id}/grants` replaces all grants. */
export const grantsBody = z.strictObject({ grants: z.array(grantInput).max(200) });
export type GrantsBody = z.infer<typeof grantsBody>;

/** `POST /api/credentials/{id}/usage`: a consumer reports whether the value worked. */
export const usageBody = z.strictObject({
  used_by: line(255).min(1).optional(),
  success: z.boolean(),
  error_code: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,62}$/)
    .optional(),
  purpose: line(500).optional(),
});

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((word) => word === 'true');

/** Query of `GET /api/environment`. */
export const environmentQuery = z.strictObject({
  /** Only of credentials that have all of these. */
  label: labelPairs,
  /** Also canonical names and aliases of the variables: `AWS_REGION` where a credential names `AWS_DEFAULT_REGION`. */
  aliases: flag,
  /** `false`: names and sources only. Nothing is read from Vault, and nothing counts as a use. */
  values: z
    .enum(['true', 'false'])
    .default('true')
    .transform((word) => word === 'true'),
  used_by: line(255).optional(),
  purpose: line(500).optional(),
});
