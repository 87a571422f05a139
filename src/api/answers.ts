import { z } from 'zod';
import { ROLES } from '../domain/access/caller.js';
import { GRANT_LEVELS, SUBJECT_KINDS } from '../domain/access/grant.js';
import { CREDENTIAL_STATUSES, HEALTHS, VERSION_STATES } from '../domain/credentials/credential.js';
import { SERVICE_TYPES } from '../domain/credentials/serviceType.js';
import { SHOWN_TLS_MODES } from '../domain/services/tlsWarnings.js';
import { TEST_WARNINGS } from '../domain/testing/testResult.js';
import { madeAnswer } from './people.js';

/** What calls answer, for the OpenAPI document; the tests hold every real answer against these. */
const moment = z.iso.datetime();
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable();
const count = z.number().int().min(0);
const value = z.union([z.string(), z.number(), z.boolean()]);
const texts = z.record(z.string(), z.string());
const list = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item) });
const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next_cursor: maybe(z.string()) });

export const credentialAnswer = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  service_type: z.enum(SERVICE_TYPES),
  owner: z.string(),
  status: z.enum(CREDENTIAL_STATUSES),
  health: z.enum(HEALTHS),
  settings: z.record(z.string(), value),
  /** How the broker meets the host; the warning stays for as long as the secret is not safe on its way. */
  tls: maybe(
    z.strictObject({
      mode: z.enum(SHOWN_TLS_MODES),
      warning: maybe(z.strictObject({ code: z.enum(TEST_WARNINGS), text: z.string() })),
    }),
  ),
  secret_fields: z.array(z.string()),
  description: z.string(),
  labels: texts,
  env_names: texts,
  active_version: maybe(count),
  latest_version: count,
  last_tested_at: maybe(moment),
  last_test_code: maybe(z.string()),
  last_test_status: maybe(z.boolean()),
  identity: maybe(z.string()),
  expires_at: maybe(moment),
  test_interval_minutes: maybe(count),
  /** Null: not automatically, until a successful test or a new version. */
  next_test_at: maybe(moment),
  rotation_interval_days: maybe(count),
  last_rotated_at: maybe(moment),
  next_rotation_at: maybe(moment),
  reminders: maybe(
    z.strictObject({
      expiry_days: z.array(count).optional(),
      unused_days: maybe(count).optional(),
      muted: z.boolean().optional(),
    }),
  ),
  revision: count,
  created_at: moment,
  created_by: z.string(),
  updated_at: moment,
  updated_by: z.string(),
  deleted_at: maybe(moment),
});
/** `owner`, the level of the grant, or null for an admin who may see it by role alone. */
const access = maybe(z.enum(['owner', ...GRANT_LEVELS]));
export const seenCredential = credentialAnswer.extend({ access });
export const credentialPage = page(
  seenCredential.extend({
    last_used_at: maybe(moment),
    /** Only offered to you so far: name it by its id or as owner/name, or accept it. */
    offered: z.boolean(),
  }),
);

export const versionList = list(
  z.strictObject({
    version: count,
    active: z.boolean(),
    created_time: z.string(),
    changed_fields: z.array(z.string()),
    author: z.string(),
    reason: maybe(z.string()),
    source: z.enum(['api', 'cli', 'import', 'rotation', 'drift']),
    /** In Vault, as of the last reconciliation; only `available` ones can be activated. */
    state: z.enum(VERSION_STATES),
  }),
);
export const usagePage = page(
  z.strictObject({
    used_by: z.string(),
    used_at: moment,
    /** Whether the broker handed the value out; null: the row is a report. */
    handed_out: maybe(z.boolean()),
    /** Whether the value worked, as its consumer reported; null: the row is no report. */
    reported: maybe(z.boolean()),
    /** The one of the two that is not null. Deprecated: use `handed_out` and `reported`. */
    success: z.boolean(),
    error_code: maybe(z.string()),
    purpose: maybe(z.string()),
    caller: z.string(),
  }),
);
const grant = z.strictObject({
  subject_kind: z.enum(SUBJECT_KINDS),
  subject: z.string(),
  level: z.enum(GRANT_LEVELS),
  expires_at: maybe(moment),
});
export const grantsAnswer = z.strictObject({ grants: z.array(grant) });

/** The form of a service; per-service keys may follow these. */
export const templateAnswer = z.looseObject({
  service_type: z.enum(SERVICE_TYPES),
  required_fields: z.array(z.looseObject({ name: z.string(), type: z.string(), label: z.string() })),
});
export const templateList = list(templateAnswer);

export const loginAnswer = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: count,
  refresh_token: z.string(),
  must_change_password: z.boolean(),
});
export const tokenAnswer = loginAnswer.pick({ access_token: true, token_type: true, expires_in: true });
export const meAnswer = z.strictObject({
  principal: z.string(),
  name: z.string(),
  kind: z.enum(['user', 'service_account', 'worker']),
  role: z.enum(ROLES),
  must_change_password: z.boolean(),
});

export const personAnswer = z.strictObject({
  principal: z.string(),
  username: z.string(),
  email: maybe(z.string()),
  role: z.enum(ROLES),
  disabled: z.boolean(),
  must_change_password: z.boolean(),
  created_at: moment,
  last_login_at: maybe(moment),
});
export const changedPersonAnswer = personAnswer.extend(madeAnswer);
export const personList = list(personAnswer);
export const oneTimePassword = z.strictObject({ one_time_password: z.string() });
export const newPersonAnswer = personAnswer.extend({ one_time_password: z.string() });

export const teamAnswer = z.strictObject({
  name: z.string(),
  description: z.string(),
  created_at: moment,
  created_by: z.string(),
  members: z.array(z.strictObject({ principal: z.string(), lead: z.boolean() })),
});
export const teamList = list(teamAnswer);

export const auditPage = page(
  z.strictObject({
    chain: z.string(),
    seq: count,
    at: moment,
    action: z.string(),
    outcome: z.string(),
    actor: z.string(),
    request_id: z.string(),
    credential_id: maybe(z.string()),
    /** Null if the credential is not visible to you. */
    credential_name: maybe(z.string()),
    /** What it is about, for people: the credential's name, or a user, service account, team or channel. */
    object: maybe(z.string()),
    version: maybe(count),
    code: maybe(z.string()),
    used_by: maybe(z.string()),
    purpose: maybe(z.string()),
    break_glass: z.boolean(),
    break_glass_reason: maybe(z.string()),
    details: z.record(z.string(), z.unknown()),
  }),
);
