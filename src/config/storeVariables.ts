import { z } from 'zod';
import { flag, mount, port } from './shapes.js';

/** Where the broker listens and stores, and how it logs in there. */
export const storeVariables = {
  BROKER_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. Beyond loopback, TLS is required.'),
  BROKER_PORT: port(8400).describe('Port to listen on.'),
  WORKER_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      'Port of the health endpoints of a separate `worker` (`/livez`, `/readyz`, `/startupz`, `/metrics`), on the same address and with the same TLS as the API. Without it the worker listens nowhere. Not used by `api` and `all`.',
    ),
  DATABASE_URL: z
    .string()
    .optional()
    .describe(
      'Postgres, as the app role: `postgres://…`. Beyond loopback it must request TLS (`?sslmode=verify-full`).',
    ),
  DATABASE_OWNER_URL: z
    .string()
    .optional()
    .describe('Postgres, as the role that owns the schema: for `migrate` only, with the same rules.'),
  DATABASE_APP_ROLE: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/, 'must be the name of a role: a-z, 0-9 and _, no digit first')
    .default('broker_app')
    .describe('Name of the app role, to which `migrate` grants its rights.'),
  VAULT_ADDR: z
    .string()
    .optional()
    .describe('One or more addresses of the Vault cluster (`https://host:port`), separated by commas.'),
  VAULT_CA_FILE: z
    .string()
    .optional()
    .describe("File with the CA that signed Vault's certificate, if it was not a public one."),
  VAULT_AUTH_METHOD: z
    .enum(['approle', 'pod', 'token'])
    .default('approle')
    .describe('How the broker logs in to Vault. `token` is for a Vault on loopback, for development.'),
  VAULT_ROLE_ID: z
    .string()
    .optional()
    .describe('AppRole of the API (`broker-api`): its role ID, which `bootstrap` prints.'),
  VAULT_SECRET_ID_FILE: z.string().optional().describe('File with its secret ID, read again at each login.'),
  VAULT_USERS_ROLE_ID: z.string().optional().describe('AppRole of the API for passwords (`broker-users`).'),
  VAULT_USERS_SECRET_ID_FILE: z.string().optional().describe('File with its secret ID.'),
  VAULT_WORKER_ROLE_ID: z
    .string()
    .optional()
    .describe("AppRole of `worker` and `reconcile` (`broker-worker`). `all` uses the API's."),
  VAULT_WORKER_SECRET_ID_FILE: z.string().optional().describe('File with its secret ID.'),
  VAULT_RECONCILER_ROLE_ID: z
    .string()
    .optional()
    .describe('AppRole that may list (`broker-reconciler`): for `worker`, `reconcile` and `all`.'),
  VAULT_RECONCILER_SECRET_ID_FILE: z.string().optional().describe('File with its secret ID.'),
  VAULT_DESTROYER_ROLE_ID: z
    .string()
    .optional()
    .describe(
      'AppRole that removes credentials for good (`broker-destroyer`): for `destroyer` and `all`. A `worker` never uses it.',
    ),
  VAULT_DESTROYER_SECRET_ID_FILE: z.string().optional().describe('File with its secret ID.'),
  VAULT_SECRET_ID_WRAPPED: flag.describe(
    'Whether these files contain wrapping tokens instead (`vault write -wrap-ttl=…`), which are opened once.',
  ),
  VAULT_POD_MOUNT: mount('kubernetes').describe('Pod login: the mount below `auth/`.'),
  VAULT_POD_ROLE: z
    .string()
    .regex(
      /^[a-z0-9_-]*api$/,
      'must be a-z, 0-9, - and _ and end with "api": the names of the other roles are derived from it',
    )
    .default('broker-api')
    .describe(
      'Pod login: role of the API. The other roles end with `users`, `worker`, `reconciler` and `destroyer` instead.',
    ),
  VAULT_POD_TOKEN_FILE: z
    .string()
    .default('/var/run/secrets/kubernetes.io/serviceaccount/token')
    .describe("Pod login: file with the pod's own token, read again at each login."),
  VAULT_TOKEN_FILE: z
    .string()
    .optional()
    .describe('File with a Vault token: for development, and for the short-lived token of `bootstrap`.'),
  APPROLE_MOUNT: mount('approle').describe('Mount of AppRole below `auth/`.'),
  KV_MOUNT: mount('glassdome-credentials').describe("The broker's own KV v2 mount."),
  TRANSIT_MOUNT: mount('transit').describe("The transit mount with the broker's keys."),
  USERPASS_MOUNT: mount('userpass').describe("The broker's own userpass mount below `auth/`."),
  GLASSDOME_JWT_KEY_FILES: z
    .string()
    .optional()
    .describe("Files with Glassdome's JWT key, separated by commas. Two are valid during a change."),
  GLASSDOME_JWT_KEY_VAULT_PATH: z
    .string()
    .regex(
      /^[a-z0-9_-]+\/data\/[a-z0-9_-]+(\/[a-z0-9_-]+)*$/,
      'must be <mount>/data/<path> of a-z, 0-9, - and _',
    )
    .optional()
    .describe(
      'Path of this key in Vault, such as `glassdome/data/auth/jwt_secret`; read each minute, the previous key is valid for an hour.',
    ),
};
