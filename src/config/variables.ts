import { z } from 'zod';
import { isSender } from '../domain/notices/mailAddress.js';
import { isTimezone } from '../domain/notices/quietHours.js';
import { rulesByType } from '../domain/notices/reminderRules.js';
import { reportExpressionProblem } from '../domain/reports/reportSchedule.js';
import { testIntervals } from '../domain/testing/testPace.js';
import { isOrigin, listOf } from './lists.js';
import { cidrs, flag, months, mount, port } from './shapes.js';

/** Every variable with its rule and meaning; `npm run docs` generates docs/configuration.md from it. */
export const configSchema = z.object({
  /** Address to listen on. Beyond loopback, TLS is required. */
  BROKER_HOST: z.string().default('127.0.0.1'),
  /** Port to listen on. */
  BROKER_PORT: port(8400),
  /**
   * Port of the health endpoints of a separate `worker` (`/livez`, `/readyz`, `/startupz`, `/metrics`), on the same address and
   * with the same TLS as the API. Without it the worker listens nowhere. Not used by `api` and `all`.
   */
  WORKER_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  /** Postgres, as the app role: `postgres://…`. Beyond loopback it must request TLS (`?sslmode=verify-full`). */
  DATABASE_URL: z.string().optional(),
  /** Postgres, as the role that owns the schema: for `migrate` only, with the same rules. */
  DATABASE_OWNER_URL: z.string().optional(),
  /** Name of the app role, to which `migrate` grants its rights. */
  DATABASE_APP_ROLE: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/, 'must be the name of a role: a-z, 0-9 and _, no digit first')
    .default('broker_app'),
  /** One or more addresses of the Vault cluster (`https://host:port`), separated by commas. */
  VAULT_ADDR: z.string().optional(),
  /** File with the CA that signed Vault's certificate, if it was not a public one. */
  VAULT_CA_FILE: z.string().optional(),
  /** How the broker logs in to Vault. `token` is for a Vault on loopback, for development. */
  VAULT_AUTH_METHOD: z.enum(['approle', 'pod', 'token']).default('approle'),
  /** AppRole of the API (`broker-api`): its role ID, which `bootstrap` prints. */
  VAULT_ROLE_ID: z.string().optional(),
  /** File with its secret ID, read again at each login. */
  VAULT_SECRET_ID_FILE: z.string().optional(),
  /** AppRole of the API for passwords (`broker-users`). */
  VAULT_USERS_ROLE_ID: z.string().optional(),
  /** File with its secret ID. */
  VAULT_USERS_SECRET_ID_FILE: z.string().optional(),
  /** AppRole of `worker` and `reconcile` (`broker-worker`). `all` uses the API's. */
  VAULT_WORKER_ROLE_ID: z.string().optional(),
  /** File with its secret ID. */
  VAULT_WORKER_SECRET_ID_FILE: z.string().optional(),
  /** AppRole that may list (`broker-reconciler`): for `worker`, `reconcile` and `all`. */
  VAULT_RECONCILER_ROLE_ID: z.string().optional(),
  /** File with its secret ID. */
  VAULT_RECONCILER_SECRET_ID_FILE: z.string().optional(),
  /** AppRole that removes credentials for good (`broker-destroyer`): for `destroyer` and `all`. A `worker` never uses it. */
  VAULT_DESTROYER_ROLE_ID: z.string().optional(),
  /** File with its secret ID. */
  VAULT_DESTROYER_SECRET_ID_FILE: z.string().optional(),
  /** Whether these files contain wrapping tokens instead (`vault write -wrap-ttl=…`), which are opened once. */
  VAULT_SECRET_ID_WRAPPED: flag,
  /** Pod login: the mount below `auth/`. */
  VAULT_POD_MOUNT: mount('kubernetes'),
  /** Pod login: role of the API. The other roles end with `users`, `worker`, `reconciler` and `destroyer` instead. */
  VAULT_POD_ROLE: z
    .string()
    .regex(
      /^[a-z0-9_-]*api$/,
      'must be a-z, 0-9, - and _ and end with "api": the names of the other roles are derived from it',
    )
    .default('broker-api'),
  /** Pod login: file with the pod's own token, read again at each login. */
  VAULT_POD_TOKEN_FILE: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount/token'),
  /** File with a Vault token: for development, and for the short-lived token of `bootstrap`. */
  VAULT_TOKEN_FILE: z.string().optional(),
  /** Mount of AppRole below `auth/`. */
  APPROLE_MOUNT: mount('approle'),
  /** The broker's own KV v2 mount. */
  KV_MOUNT: mount('glassdome-credentials'),
  /** The transit mount with the broker's keys. */
  TRANSIT_MOUNT: mount('transit'),
  /** The broker's own userpass mount below `auth/`. */
  USERPASS_MOUNT: mount('userpass'),
  /** Files with Glassdome's JWT key, separated by commas. Two are valid during a change. */
  GLASSDOME_JWT_KEY_FILES: z.string().optional(),
  /** Path of this key in Vault, such as `glassdome/data/auth/jwt_secret`; read each minute, the previous key is valid for an hour. */
  GLASSDOME_JWT_KEY_VAULT_PATH: z
    .string()
    .regex(
      /^[a-z0-9_-]+\/data\/[a-z0-9_-]+(\/[a-z0-9_-]+)*$/,
      'must be <mount>/data/<path> of a-z, 0-9, - and _',
    )
    .optional(),
  /** Certificate of the API, with its chain (PEM). Together with `TLS_KEY_FILE` the API serves HTTPS. Checked each minute. */
  TLS_CERT_FILE: z.string().optional(),
  /** Its private key (PEM). */
  TLS_KEY_FILE: z.string().optional(),
  /** Number of proxies in front that set X-Forwarded-For. */
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  /**
   * Seconds after a stop signal in which `/readyz` is 503 and calls are still accepted: as long as the load balancer in front
   * needs to notice. 0 without a load balancer.
   */
  STOP_DELAY_SECONDS: z.coerce.number().int().min(0).max(10).default(0),
  /** Origins of Glassdome's pages that may call the API from a browser, separated by commas. Default: none. */
  CORS_ORIGINS: z
    .string()
    .default('')
    .refine(
      (text) => listOf(text).every(isOrigin),
      'must be origins such as https://glassdome.lab, separated by commas; no path, no *',
    ),
  /**
   * Wrong passwords or secrets for one account from one address (IPv6: /56) before each further attempt has to wait: one second,
   * then twice as long each time, at most 15 minutes. Correct ones are never counted.
   */
  LOGIN_FAILURES: z.coerce.number().int().min(1).max(1_000).default(5),
  /** Wrong passwords for one account in an hour before attempts from new addresses run one at a time; 0: no limit. */
  LOGIN_FAILURES_PER_ACCOUNT: z.coerce.number().int().min(0).max(100_000).default(20),
  /** Wrong passwords or secrets from one address in a minute, for all accounts, before they are slowed down; 0: no limit. */
  LOGIN_FAILURES_PER_ADDRESS: z.coerce.number().int().min(0).max(100_000).default(60),
  /** Calls for values (`secret`, `resolve`, `environment`) that one caller may make in a minute; 0: no limit. */
  REVEALS_PER_MINUTE: z.coerce.number().int().min(0).max(1_000_000).default(6000),
  /**
   * Ranges that tests of credentials may connect to in addition to public addresses. A value replaces the default: include the
   * private ranges that you still need. Loopback only if it is listed (`127.0.0.0/8`, `::1/128`).
   */
  OUTBOUND_ALLOW_CIDRS: cidrs('10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7'),
  /**
   * Seconds for which a version may be answered from sealed memory after it was read. Permissions are checked each time and each
   * answer is audited; a version that is deleted directly in Vault is still answered during this time. 0: Vault is asked each time.
   */
  VALUE_CACHE_SECONDS: z.coerce.number().min(0).max(5).default(0),
  /** Whether create, update and rotate test the values, if the request does not say. */
  TEST_ON_SAVE: z.enum(['required', 'warn', 'skip']).default('warn'),
  /** Tests of credentials that one caller may start in a minute, including those on save; 0: no limit. */
  TESTS_PER_MINUTE: z.coerce.number().int().min(0).max(1_000_000).default(120),
  /**
   * Different addresses (host and port) that one caller, admins included, may contact in an hour by tests of values that are not
   * stored, by tests on save and by fetching certificates; 0: no limit.
   */
  TESTED_ADDRESSES_PER_HOUR: z.coerce.number().int().min(0).max(1_000_000).default(60),
  /** Whether scheduled tests of imported credentials start automatically (`on`), or only after a first test by a person (`off`). */
  IMPORT_TESTS: z.enum(['on', 'off']).default('on'),
  /** Interval of scheduled tests in minutes. */
  TEST_INTERVAL_MINUTES: z.coerce.number().int().min(5).max(525_600).default(360),
  /** The same for single service types. */
  TEST_INTERVALS: z
    .string()
    .default('')
    .refine(
      (text) => testIntervals(text) !== undefined,
      'must be minutes by service type, such as proxmox=60,openai=1440',
    ),
  /** Seconds without a sign of life after which a worker counts as dead and others repeat its tasks. */
  WORKER_LEASE_SECONDS: z.coerce.number().int().min(2).max(3600).default(60),
  /** Days before the expiry of a credential at which a notice is sent. */
  REMIND_DAYS: z
    .string()
    .regex(
      /^\d{1,3}(,\d{1,3}){0,9}$/,
      'must be one to ten numbers of days, each below 1000, such as 30,14,7,1',
    )
    .default('30,14,7,1'),
  /** Days without use after which a notice is sent. */
  UNUSED_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  /** Days before the expiry for single service types. */
  REMIND_DAYS_BY_TYPE: z
    .string()
    .default('')
    .refine(
      (text) => rulesByType(text, '') !== undefined,
      'must be days by service type, such as aws=90/30/7,openai=14',
    ),
  /** Days without use for single service types; 0: never. */
  UNUSED_DAYS_BY_TYPE: z
    .string()
    .default('')
    .refine(
      (text) => rulesByType('', text) !== undefined,
      'must be days by service type, such as aws=30,other=0',
    ),
  /** What happens to versions that others write in Vault: they are reported only, or also used after a passed test. */
  DRIFT: z.enum(['report', 'adopt']).default('report'),
  /** Whole months of usage that are kept before the current one; 0 keeps them for ever. */
  RETENTION_USAGE_MONTHS: months(1).default(13),
  /** The same for test results. */
  RETENTION_TESTS_MONTHS: months(1).default(13),
  /** The same for the audit. */
  RETENTION_AUDIT_MONTHS: months(12).default(0),
  /** Schedule of the health report about everything: at most once a day, so minute and hour are numbers. */
  REPORT_SCHEDULE: z
    .string()
    .default('0 6 * * 1')
    .superRefine((text, context) => {
      const message = reportExpressionProblem(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  /** Time zone of this schedule. */
  REPORT_TIMEZONE: z.string().refine(isTimezone, 'must be a time zone such as Europe/Berlin').default('UTC'),
  /** Mail server for notices; set together with `SMTP_FROM`. Without it there are no mail channels. */
  SMTP_HOST: z.string().optional(),
  /** Its port. */
  SMTP_PORT: port(587),
  /** `starttls` is required, not only tried; `none` beyond loopback needs `ALLOW_PLAIN_SMTP`. */
  SMTP_TLS: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  /** Sender address, such as `broker@lab.example` or `Glassdome Broker <broker@lab.example>`. */
  SMTP_FROM: z
    .string()
    .refine(isSender, 'must be a mail address, or a name and a mail address in <>')
    .optional(),
  /** Name in EHLO; relays refuse names without a domain. Default: the full name of the host, otherwise the sender's domain. */
  SMTP_HELO_NAME: z
    .string()
    .regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/i, 'must be a host name with a domain')
    .optional(),
  /** User name for the mail server, if it requires a login; set together with `SMTP_PASSWORD_FILE`. */
  SMTP_USER: z.string().optional(),
  /** File with the password. */
  SMTP_PASSWORD_FILE: z.string().optional(),
  /** File with the CA that signed the mail server's certificate, if it was not a public one. */
  SMTP_CA_FILE: z.string().optional(),
  /** Allows plain HTTP for the API beyond loopback, for a proxy in front that provides TLS. */
  ALLOW_PLAIN_HTTP: flag,
  /** Allows mail without TLS to a relay beyond loopback, with `SMTP_TLS=none`. A password is never sent that way. */
  ALLOW_PLAIN_SMTP: flag,
  /** Allows a plain connection to Postgres beyond loopback. */
  ALLOW_PLAIN_POSTGRES: flag,
  /** Allows a plain connection to Vault beyond loopback. */
  ALLOW_PLAIN_VAULT: flag,
  /** Allows plain HTTP to webhooks beyond loopback. Everybody on the way can read the names of credentials. */
  ALLOW_PLAIN_WEBHOOKS: flag,
  /** What is logged: `error` only, `warn` too, or everything. */
  LOG_LEVEL: z.enum(['error', 'warn', 'info']).default('info'),
});

/** What the environment says, each variable by its own rule. */
export type Variables = z.infer<typeof configSchema>;
