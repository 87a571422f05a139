import { z } from 'zod';
import { credentialName, line, paragraph } from './common.js';

/** Whether the file wins over what was changed here since the last import: everywhere, or in the groups with these keys. */
const overwrite = z.union([z.boolean(), z.array(z.string().max(100)).max(200)]).default(false);

/** Variables that nobody knows, or that are left out otherwise, as one more credential of the type `other`. */
const included = {
  /** By name: also what is needed before the broker is reachable, connection strings, placeholders and references. */
  include: z.array(z.string().min(1).max(128)).max(500).default([]),
  /** All whose name nobody knows. */
  include_all: z.boolean().default(false),
  /** What that credential is called. */
  as_name: credentialName.default('Imported variables'),
};

/** `POST /api/imports/env`. `dry_run` previews. Values travel in the body only. */
export const importEnvBody = z.strictObject({
  content: paragraph(262_144),
  dry_run: z.boolean().default(true),
  /** Principals, `team:<name>` or `service_account:<id or name>` that get `read` on everything imported. */
  grant_to: z.array(line(255).min(1)).max(50).default([]),
  /** Group keys of the preview to import; left out, all complete ones; empty: none. What is left is noted for reminders only where no group is named. */
  only: z.array(z.string().max(100)).max(200).optional(),
  overwrite,
  /** Whether scheduled tests start automatically; if omitted, as configured (`IMPORT_TESTS`). */
  tests: z.boolean().optional(),
  ...included,
  /** What `${NAME}` means where the file does not set the name. */
  environment: z.record(z.string().max(128), z.string().max(65_536)).default({}),
  /**
   * Variables of `content` that came from another store and are not in the file: their values win over others for the same
   * field, and they are not noted as left in the environment.
   */
  from_store: z.array(z.string().min(1).max(128)).max(2_000).default([]),
  /** Take values with a `${NAME}` that nothing sets as python-dotenv reads them: with nothing in its place. */
  accept_undefined: z.boolean().default(false),
});
export type ImportEnvBody = z.infer<typeof importEnvBody>;

/** `POST /api/imports/vault`: Glassdome's flat layout, read with the admin's own Vault token. */
export const importVaultBody = z.strictObject({
  vault_token: z.string().min(1).max(4096),
  mount: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z 0-9 _ -')
    .default('glassdome'),
  dry_run: z.boolean().default(true),
  grant_to: z.array(line(255).min(1)).max(50).default([]),
  only: z.array(z.string().max(100)).max(200).optional(),
  overwrite,
  /** Whether scheduled tests start automatically; if omitted, as configured (`IMPORT_TESTS`). */
  tests: z.boolean().optional(),
  ...included,
});
export type ImportVaultBody = z.infer<typeof importVaultBody>;
