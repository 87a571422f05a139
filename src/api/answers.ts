import { z } from 'zod';
import { GRANT_LEVELS, SUBJECT_KINDS } from '../domain/access/grant.js';
import {
  CREDENTIAL_STATUSES,
  HEALTHS,
  VERSION_SOURCES,
  VERSION_STATES,
} from '../domain/credentials/credential.js';
import { SHOWN_TLS_MODES } from '../domain/services/tlsWarnings.js';
import { TEST_WARNINGS } from '../domain/testing/testResult.js';
import {
  anything,
  at,
  count,
  fieldValues,
  flag,
  id,
  list,
  named,
  page,
  principal,
  serviceType,
  text,
  texts,
} from './shape.js';

/** What calls about credentials answer; the presenters have these types. */
const textMap = (description: string) => z.record(z.string(), z.string()).describe(description);

const tls = named(
  'TlsBadge',
  'How the broker connects to the host of the credential.',
  z.strictObject({
    mode: z.enum(SHOWN_TLS_MODES).describe('How the certificate of the host is checked.'),
    warning: z
      .strictObject({
        code: z.enum(TEST_WARNINGS).describe('Stable code of the warning.'),
        text: text('The warning in one sentence.'),
      })
      .nullable()
      .describe('Set for as long as the secret is not safe on its way to the host; else null.'),
  }),
);

export const remindersAnswer = named(
  'Reminders',
  'Reminder settings of one credential. Members that are absent follow the settings of the broker.',
  z.strictObject({
    expiry_days: z
      .array(count('Days before the end.'))
      .describe('Remind this number of days before it ends.')
      .optional(),
    unused_days: count('Remind after this number of days without use; null: never.').nullable().optional(),
    muted: flag('True: send no reminder about this credential.').optional(),
  }),
);

const credentialMembers = z.strictObject({
  id: id('ID of the credential.'),
  name: z.string().meta({ description: 'Name, unique for its owner.', examples: ['Proxmox lab'] }),
  service_type: serviceType,
  owner: principal('The owner: a user or `team:<name>`.'),
  status: z.enum(CREDENTIAL_STATUSES).describe('Whether it can be read: only `active` ones can.'),
  health: z.enum(HEALTHS).describe('What its last tests found.'),
  settings: fieldValues('Fields that are not secret, with their values.'),
  tls: tls.nullable().describe('How the broker connects to the host; null where there is no TLS setting.'),
  secret_fields: texts('Names of the fields that hold secrets.'),
  description: text('Free text.'),
  labels: textMap('Labels: key to value.'),
  env_names: textMap('Environment variable to the field that fills it.'),
  active_version: count('The version that reads return; null when there is none.').nullable(),
  latest_version: count('The highest version number.'),
  last_tested_at: at('When it was last tested; null: never.').nullable(),
  last_test_code: text('Code of the last test; null: never tested.').nullable(),
  last_test_status: flag('Whether the last test succeeded; null: never tested.').nullable(),
  identity: text('The account that the service reported in the last successful test.').nullable(),
  expires_at: at('When the secret expires; null: not known, or never.').nullable(),
  test_interval_minutes: count(
    'Minutes between scheduled tests; null: the default of the broker for the service.',
  ).nullable(),
  next_test_at: at(
    'When it is tested next; null: not on schedule until a test succeeds or a new version is stored.',
  ).nullable(),
  rotation_interval_days: count('Days between rotations; null: no schedule.').nullable(),
  last_rotated_at: at('When the secret was last rotated; null: never.').nullable(),
  next_rotation_at: at('When the next rotation is due; null: no schedule.').nullable(),
  reminders: remindersAnswer.nullable().describe('Own reminder settings; null: those of the broker.'),
  revision: count('Grows with each change. It is the ETag for `If-Match`.'),
  created_at: at('When it was created.'),
  created_by: principal('Who created it.'),
  updated_at: at('When it was last changed.'),
  updated_by: principal('Who last changed it.'),
  deleted_at: at('When it was deleted; null: it is not deleted.').nullable(),
});
export const credentialAnswer = named(
  'Credential',
  'Metadata and settings of a credential. Secrets are not part of it.',
  credentialMembers,
);
const seen = credentialMembers.extend({
  access: z
    .enum(['owner', ...GRANT_LEVELS])
    .nullable()
    .describe('Your access: `owner`, or the level of a grant. Null for an admin who sees it by role alone.'),
});
export const seenCredential = named('SeenCredential', 'A credential with your access to it.', seen);
export const versionAnswer = named(
  'CredentialVersion',
  'One version of the values of a credential.',
  z.strictObject({
    version: count('Number of the version.'),
    active: flag('Whether reads return this version.'),
    created_time: text('When Vault stored it (RFC 3339).'),
    changed_fields: texts('Names of the fields that differ from the version before.'),
    author: principal('Who stored it.'),
    reason: text('Why, as the author gave it.').nullable(),
    source: z
      .enum(VERSION_SOURCES)
      .describe('How it came: API, command line, import, rotation or a change in Vault.'),
    state: z
      .enum(VERSION_STATES)
      .describe('Its state in Vault at the last reconciliation. Only `available` versions can be activated.'),
  }),
);
export const versionList = list(
  'CredentialVersionList',
  'Versions of a credential, newest first.',
  versionAnswer,
);

export const usageAnswer = named(
  'Usage',
  'One use of a credential.',
  z.strictObject({
    used_by: text('The agent or deployment that used it.'),
    used_at: at('When.'),
    handed_out: flag('Whether the broker returned the value; null: this row is a report.').nullable(),
    reported: flag(
      'Whether the value worked, as its consumer reported; null: this row is no report.',
    ).nullable(),
    success: flag('Deprecated: use `handed_out` and `reported`. The one of the two that is not null.'),
    error_code: text('Code of the failure; null: none.').nullable(),
    purpose: text('What it was used for, as the consumer gave it.').nullable(),
    caller: principal('Who called.'),
  }),
);
export const usagePage = page('UsagePage', 'Uses of a credential, newest first.', usageAnswer);

export const grantAnswer = named(
  'Grant',
  'A right of a user, service account, team or role that is not the owner.',
  z.strictObject({
    subject_kind: z.enum(SUBJECT_KINDS).describe('What `subject` names.'),
    subject: text('The user, service account, team or role.'),
    level: z.enum(GRANT_LEVELS).describe('`use`, `read` or `manage`; each includes the ones before.'),
    expires_at: at('When the grant ends; null: never.').nullable(),
  }),
);
export const grantsAnswer = named(
  'Grants',
  'All grants of a credential.',
  z.strictObject({ grants: z.array(grantAnswer).describe('All grants.') }),
);

const fieldSpec = named(
  'FieldSpec',
  'One field of the form of a service.',
  z.looseObject({
    name: text('Name of the field.'),
    type: text('`password` and `secret_text` fields are secret; all others are settings.'),
    label: text('The name that people see.'),
  }),
);
export const templateAnswer = named(
  'Template',
  'The form of a service. More members depend on the service.',
  z.looseObject({
    service_type: serviceType,
    required_fields: z.array(fieldSpec).describe('Fields that a new credential needs.'),
    guide: z
      .strictObject({
        create: texts('Steps at the service to create the credential.'),
        permissions: text('The least permissions that the test needs there.'),
      })
      .describe('How to create the credential at the service.')
      .optional(),
  }),
);
export const templateList = list('TemplateList', 'The forms of all services.', templateAnswer);

export const auditAnswer = named(
  'AuditEvent',
  'One row of the audit trail.',
  z.strictObject({
    chain: text('The hash chain that the row belongs to.'),
    seq: count('Number of the row in its chain.'),
    at: at('When it happened.'),
    action: z.string().meta({ description: 'What was done.', examples: ['credential.read'] }),
    outcome: text('`success`, `failure` or `denied`.'),
    actor: principal('Who did it.'),
    request_id: text('ID of the request, as in `X-Request-Id`.'),
    credential_id: text('The credential that it is about; null: none.').nullable(),
    credential_name: text('Its name; null without permission to see the credential.').nullable(),
    object: text(
      'What it is about, for people: the name of a credential, user, service account, team or channel.',
    ).nullable(),
    version: count('The version that was read or written.').nullable(),
    code: text('Error code of a failure or refusal.').nullable(),
    used_by: text('The agent or deployment that the caller named.').nullable(),
    purpose: text('The purpose that the caller named.').nullable(),
    break_glass: flag('Whether an admin used break-glass access.'),
    break_glass_reason: text('The reason that the admin gave.').nullable(),
    details: anything('More facts, by action. Never a secret.'),
  }),
);
export const auditPage = page('AuditPage', 'Rows of the audit trail, newest first.', auditAnswer);
