import { z } from 'zod';
import { AUDIT_OUTCOMES, isAuditActions } from '../domain/audit/audit.js';
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
  secretFields,
  serviceTypeWord,
  uuid,
} from './common.js';
import { flag, named } from './shape.js';

const expiresAt = moment
  .nullable()
  .describe('When the secret expires; null: not known, or never.')
  .optional();
const rotationDays = z
  .number()
  .int()
  .min(1)
  .max(3650)
  .nullable()
  .describe('Days between rotations; null: no schedule.')
  .optional();
const testMinutes = z
  .number()
  .int()
  .min(FEWEST_MINUTES)
  .max(MOST_MINUTES)
  .nullable()
  .describe('Minutes between scheduled tests; null: the default of the broker for the service.')
  .optional();

/** Own reminder settings of a credential. */
export const reminders = named(
  'RemindersInput',
  'Reminder settings of one credential. Members that are absent follow the settings of the broker.',
  z.strictObject({
    expiry_days: z
      .array(z.number().int().min(0).max(3650).describe('Days before the end.'))
      .max(10)
      .describe('Remind this number of days before it ends.')
      .optional(),
    unused_days: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .nullable()
      .describe('Remind after this number of days without use; null: never.')
      .optional(),
    muted: flag('True: send no reminder about this credential.').optional(),
  }),
)
  .nullable()
  .describe('Own reminder settings; null: those of the broker.')
  .optional();

const testMode = z
  .enum(['required', 'warn', 'skip'])
  .describe(
    'Whether to test the values before they are stored. `required`: a failed test refuses the save. Left out: the default ' +
      'of the broker (`TEST_ON_SAVE`).',
  )
  .optional();

const allowUnusual = z
  .union([z.boolean(), z.array(z.enum(UNUSUAL_KINDS)).max(UNUSUAL_KINDS.length)])
  .describe(
    'Kinds of values to store although they do not look like real ones: references to other stores, placeholders, quotes ' +
      'around the value, `NAME=value`, invisible characters. True: all.',
  )
  .optional();

const description = clearParagraph(2000).describe('Free text. It is shown in clear: no secrets.');
const reason = line(500).describe('Why. It appears in the history and in the audit.').optional();

/** `POST /api/credentials`. */
export const createCredentialBody = named(
  'CreateCredentialRequest',
  'A new credential.',
  z.strictObject({
    name: credentialName,
    service_type: serviceTypeWord,
    fields: fieldMap,
    secret_fields: secretFields,
    description: description.default(''),
    labels: labels.default({}),
    env_names: envNames.optional(),
    expires_at: expiresAt,
    rotation_interval_days: rotationDays,
    reminders,
    test_interval_minutes: testMinutes,
    shared: flag(
      'True: share it with the teams of `accessible_by`, or with all engineers where that is empty.',
    ).default(false),
    accessible_by: z
      .array(line(63).min(1).describe('Name of a team.'))
      .max(50)
      .describe('Teams to share it with.')
      .default([]),
    accessible_level: grantLevel.default('read'),
    allow_unusual: allowUnusual,
    test: testMode,
  }),
);
export type CreateCredentialBody = z.infer<typeof createCredentialBody>;

/** `PUT` and `PATCH /api/credentials/{id}`. */
export const updateCredentialBody = named(
  'UpdateCredentialRequest',
  'Changes to a credential. Omitted fields keep their value.',
  z.strictObject({
    name: credentialName.optional(),
    fields: fieldMap.optional(),
    secret_fields: secretFields,
    description: description.optional(),
    labels: labels.optional(),
    env_names: envNames.optional(),
    expires_at: expiresAt,
    rotation_interval_days: rotationDays,
    reminders,
    test_interval_minutes: testMinutes,
    disabled: flag('True: it cannot be read. False: it can be read again.').optional(),
    reason,
    allow_unusual: allowUnusual,
    test: testMode,
  }),
);
export type UpdateCredentialBody = z.infer<typeof updateCredentialBody>;

/** `POST /api/credentials/{id}/rotate`. */
export const rotateCredentialBody = named(
  'RotateCredentialRequest',
  'New values, which become a new, active version.',
  z.strictObject({
    fields: fieldMap.refine(
      (map) => Object.keys(map).length > 0,
      'must name the new value of at least one field',
    ),
    reason,
    allow_unusual: allowUnusual,
    test: testMode,
  }),
);
export type RotateCredentialBody = z.infer<typeof rotateCredentialBody>;

/** `POST /api/credentials/{id}/versions/{n}/activate`. */
export const activateVersionBody = named(
  'ActivateVersionRequest',
  'Why another version becomes the active one.',
  z.strictObject({ reason }),
);

export const pageQuery = z.strictObject({ limit, cursor: cursor.optional() });

/** `GET /api/audit`. */
export const auditQuery = pageQuery.extend({
  credential_id: uuid.describe('Only rows about this credential.').optional(),
  actor: line(255).min(1).describe('Only rows of this principal.').optional(),
  action: z
    .string()
    .refine(
      isAuditActions,
      'must be an action such as credential.read, or a kind of them such as credential.*',
    )
    .meta({
      description: 'Only this action, or all of a kind: `credential.*`.',
      examples: ['credential.read'],
    })
    .optional(),
  request_id: line(64).min(1).describe('Only rows of this request.').optional(),
  outcome: z.enum(AUDIT_OUTCOMES).describe('Only rows with this outcome.').optional(),
  from: moment.describe('Only rows at or after this moment.').optional(),
  to: moment.describe('Only rows before this moment.').optional(),
});
export type AuditQuery = z.infer<typeof auditQuery>;

/** `PUT /api/credentials/{id}/grants`. */
export const grantsBody = named(
  'GrantsRequest',
  'The grants that replace the current ones.',
  z.strictObject({ grants: z.array(grantInput).max(200).describe('All grants.') }),
);
export type GrantsBody = z.infer<typeof grantsBody>;

/** `POST /api/credentials/{id}/usage`. */
export const usageBody = named(
  'UsageReport',
  'Whether the value worked.',
  z.strictObject({
    used_by: line(255).min(1).describe('The agent or deployment that used it.').optional(),
    success: flag('Whether the value worked.'),
    error_code: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,62}$/)
      .meta({ description: 'Code of the failure.', examples: ['unauthorized'] })
      .optional(),
    purpose: line(500).describe('What it was used for.').optional(),
  }),
);
