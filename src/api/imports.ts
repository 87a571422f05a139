import { z } from 'zod';
import { VERSION_SOURCES } from '../domain/credentials/credential.js';
import { IMPORT_CLASSES } from '../domain/imports/envImportGroups.js';
import { credentialName, line, paragraph } from './common.js';
import { at, count, flag, id, named, principal, serviceType, text, texts } from './shape.js';

/** What both kinds of imports take. */
const shared = {
  dry_run: flag('True: preview only; nothing is stored.').default(true),
  grant_to: z
    .array(line(255).min(1).describe('A principal, `team:<name>` or `service_account:<id or name>`.'))
    .max(50)
    .describe('Who gets `read` on everything that is imported.')
    .default([]),
  only: z
    .array(z.string().max(100).describe('Key of a group.'))
    .max(200)
    .describe(
      'Groups of the preview to import. Left out: all complete ones; empty: none. ' +
        'Variables that stay in the file are noted for reminders only when no group is named.',
    )
    .optional(),
  overwrite: z
    .union([z.boolean(), z.array(z.string().max(100).describe('Key of a group.')).max(200)])
    .describe(
      'Whether the file replaces what was changed here since the last import: in all groups, or in the groups with these keys.',
    )
    .default(false),
  tests: flag(
    'Whether to test on schedule. Left out: the default of the broker (`IMPORT_TESTS`).',
  ).optional(),
  include: z
    .array(z.string().min(1).max(128).describe('Name of a variable.'))
    .max(500)
    .describe(
      'Variables that are left out otherwise, to import as one more credential of type `other`: unknown names, ' +
        'connection strings, placeholders, references, and what is needed before the broker is reachable.',
    )
    .default([]),
  include_all: flag('True: include all variables with unknown names.').default(false),
  as_name: credentialName.describe('Name of that credential.').default('Imported variables'),
};

/** `POST /api/imports/env`. Values travel in the body only. */
export const importEnvBody = named(
  'ImportEnvRequest',
  'A .env file to preview or import.',
  z.strictObject({
    content: paragraph(262_144).meta({
      description: 'The text of the file.',
      examples: ['PROXMOX_HOST=pve.example.com'],
    }),
    ...shared,
    environment: z
      .record(z.string().max(128), z.string().max(65_536))
      .describe(`Values for \`\${NAME}\` where the file does not set the name.`)
      .default({}),
    from_store: z
      .array(z.string().min(1).max(128).describe('Name of a variable.'))
      .max(2_000)
      .describe(
        'Variables of `content` that came from another store and are not in the file. Their values win over others for ' +
          'the same field, and they are not noted as left in the environment.',
      )
      .default([]),
    accept_undefined: flag(
      `True: read a \`\${NAME}\` that nothing sets as empty, as python-dotenv does. False: leave the value out.`,
    ).default(false),
  }),
);
export type ImportEnvBody = z.infer<typeof importEnvBody>;

/** `POST /api/imports/vault`: Glassdome's legacy layout, read with the admin's own Vault token. */
export const importVaultBody = named(
  'ImportVaultRequest',
  "Glassdome's legacy Vault layout to preview or import.",
  z.strictObject({
    vault_token: z
      .string()
      .min(1)
      .max(4096)
      .describe('Your own Vault token. It is used once and not stored.'),
    mount: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 _ -')
      .describe('Mount of the legacy layout.')
      .default('glassdome'),
    ...shared,
  }),
);
export type ImportVaultBody = z.infer<typeof importVaultBody>;

const difference = z.strictObject({
  field: text('The field.'),
  source: z.enum([...VERSION_SOURCES, 'activation']).describe('How it was changed here.'),
  at: at('When; null: not known.').nullable(),
  by: principal('Who changed it; null: not known.').nullable(),
});

export const importGroup = named(
  'ImportGroup',
  'Variables that belong to one credential, and what the import does with it.',
  z.strictObject({
    key: text('Key of the group, for `only` and `overwrite`.'),
    name: text('Name of the credential.'),
    service_type: serviceType,
    result: text(
      'Preview: `create`, `update`, `unchanged`. Import: `created`, `updated`, `unchanged`, `failed`. ' +
        '`differs`: it was changed here and stays. `disabled`, `deleted`: an earlier import made it and a person ended it. ' +
        '`incomplete`: fields are missing. `skipped`: not in `only`.',
    ),
    credential_id: id('The credential; null: none yet.').nullable(),
    variables: texts('The variables of the group.'),
    also_claimed: z
      .array(
        z.strictObject({
          variable: text('The variable.'),
          by: texts('Names of the other credentials.'),
        }),
      )
      .describe('Variables that other active credentials of yours claim too.'),
    problems: z
      .array(z.strictObject({ field: text('The field.'), rule: text('The rule that it breaks.') }))
      .describe('Why it cannot be imported; empty when it can.'),
    differences: z
      .array(difference)
      .describe('What was changed here since the last import and stays. No value is shown.'),
  }),
);

export const importRow = named(
  'ImportRow',
  'One variable of the file. No value is shown.',
  z.strictObject({
    name: text('Name of the variable.'),
    line: count('Line in the file, from 1; 0 where there is no file.'),
    class: z
      .enum(IMPORT_CLASSES)
      .describe('What kind of variable it is, which decides what the import does with it.'),
    group: text('Key of the group that it belongs to.').optional(),
    field: text('The field that it fills.').optional(),
    secret: flag('Whether it is treated as a secret.'),
    note: text('What was done with it.').optional(),
    doubt: text('Why the value may be no real secret.').optional(),
  }),
);

/** `POST /api/imports/*`. */
export const importAnswer = named(
  'Import',
  'Preview or result of an import: names, classes and results; no value.',
  z.strictObject({
    dry_run: flag('True: a preview; nothing was stored.'),
    tests: flag('Whether imported credentials are tested on schedule.'),
    groups: z.array(importGroup).describe('One group for each credential.'),
    rows: z.array(importRow).describe('One row for each variable.'),
    warnings: z
      .array(
        z.strictObject({ line: count('Line in the file.'), message: text('What is wrong with the line.') }),
      )
      .describe('Lines that could not be read.'),
    still_in_environment: texts('Variables that only the file has after the import.'),
  }),
);
