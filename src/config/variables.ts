import { z } from 'zod';
import { isSender } from '../domain/notices/mailAddress.js';
import { isTimezone } from '../domain/notices/quietHours.js';
import { rulesByType } from '../domain/notices/reminderRules.js';
import { reportExpressionProblem } from '../domain/reports/reportSchedule.js';
import { testIntervals } from '../domain/testing/testPace.js';
import { isOrigin, listOf } from './lists.js';
import { cidrs, flag, months, mount, port } from './shapes.js';

/** Every variable with its rule and meaning; docs/configuration.md is made from it (`npm run docs`). */
export const configSchema = z.object({
  /** Address to listen on. Beyond loopback TLS is needed. */
  BROKER_HOST: z.string().default('127.0.0.1'),
  /** Port to listen on. */
  BROKER_PORT: port(8400),
  /**
   * Port on which a process that is a `worker` alone tells how it is (`/livez`, `/readyz`, `/startupz`, `/metrics`), on the
   * same address and with the same TLS as the API; unless named it listens nowhere. `api` and `all` don't heed it.
   */
  WORKER_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  /** Postgres, as the app role: `postgres://…`. Beyond loopback it must ask for TLS (`?sslmode=verify-full`). */
  DATABASE_URL: z.string().optional(),
  /** Postgres, as the role that owns the schema: for `migrate` only, with the same rules. */
  DATABASE_OWNER_URL: z.string().optional(),
  /** Name of the app role, which `migrate` gives its rights. */
  DATABASE_APP_ROLE: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/, 'must be the name of a role: a-z, 0-9 and _, no digit first')
    .default('broker_app'),
  /** One or more addresses of the Vault cluster (`https://host:port`), separated by commas. */
  VAULT_ADDR: z.string().optional(),
  /** File with the CA that signed Vault's certificate, where no public one did. */
  VAULT_CA_FILE: z.string().optional(),
  /** How the broker logs in to Vault. `token` is for a Vault on loopback, for development. */
  VAULT_AUTH_METHOD: z.enum(['approle', 'pod', 'token']).default('approle'),
  /** AppRole of the API (`broker-api`): its id, which `bootstrap` prints. */
  VAULT_ROLE_ID: z.string().optional(),
  /** The file of its secret id, read again at each login. */
  VAULT_SECRET_ID_FILE: z.string().optional(),
  /** AppRole of the API for passwords (`broker-users`). */
  VAULT_USERS_ROLE_ID: z.string().optional(),
  /** The file of its secret id. */
  VAULT_USERS_SECRET_ID_FILE: z.string().optional(),
  /** AppRole of `worker` and `reconcile` (`broker-worker`). `all` works with the API's. */
  VAULT_WORKER_ROLE_ID: z.string().optional(),
  /** The file of its secret id. */
  VAULT_WORKER_SECRET_ID_FILE: z.string().optional(),
  /** AppRole of whatever lists (`broker-reconciler`): for `worker`, `reconcile` and `all`. */
  VAULT_RECONCILER_ROLE_ID: z.string().optional(),
  /** The file of its secret id. */
  VAULT_RECONCILER_SECRET_ID_FILE: z.string().optional(),
  /** AppRole that removes credentials for good (`broker-destroyer`): for `destroyer`, and `all`; a `worker` never uses it. */
  VAULT_DESTROYER_ROLE_ID: z.string().optional(),
  /** The file of its secret id. */
  VAULT_DESTROYER_SECRET_ID_FILE: z.string().optional(),
  /** Whether the files hold wrapping tokens instead (`vault write -wrap-ttl=…`): each is opened once. */
  VAULT_SECRET_ID_WRAPPED: flag,
  /** Pod login: the mount below `auth/`. */
  VAULT_POD_MOUNT: mount('kubernetes'),
  /** Pod login: the role of the API. The others are called like it, with `users`, `worker`, `reconciler` and `destroyer` at the end. */
  VAULT_POD_ROLE: z
    .string()
    .regex(
      /^[a-z0-9_-]*api$/,
      'must be a-z, 0-9, - and _ with "api" at the end: the other roles are called like it',
    )
    .default('broker-api'),
  /** Pod login: the file of the pod's own token, read again at each login. */
  VAULT_POD_TOKEN_FILE: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount/token'),
  /** Token login, for development, and the short-lived token of `bootstrap`. */
  VAULT_TOKEN_FILE: z.string().optional(),
  /** Where AppRole is mounted below `auth/`. */
  APPROLE_MOUNT: mount('approle'),
  /** The KV v2 mount of the broker's own. */
  KV_MOUNT: mount('glassdome-credentials'),
  /** The transit mount with the broker's keys. */
  TRANSIT_MOUNT: mount('transit'),
  /** The userpass mount of the broker's own, below `auth/`. */
  USERPASS_MOUNT: mount('userpass'),
  /** Files with Glassdome's JWT key, separated by commas; two are valid during a change. */
  GLASSDOME_JWT_KEY_FILES: z.string().optional(),
  /** Where Vault holds it, e.g. `glassdome/data/auth/jwt_secret`; read again each minute, the one before is valid for an hour. */
  GLASSDOME_JWT_KEY_VAULT_PATH: z
    .string()
    .regex(
      /^[a-z0-9_-]+\/data\/[a-z0-9_-]+(\/[a-z0-9_-]+)*$/,
      'must be <mount>/data/<path> of a-z, 0-9, - and _',
    )
    .optional(),
  /** Certificate of the API, with its chain (PEM); together with `TLS_KEY_FILE` the API serves HTTPS. Looked at each minute. */
  TLS_CERT_FILE: z.string().optional(),
  /** Its private key (PEM). */
  TLS_KEY_FILE: z.string().optional(),
  /** How many proxies stand in front and set X-Forwarded-For. */
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  /**
   * Seconds after a signal to stop in which `/readyz` is 503 and calls are still taken: as long as the balancer in front
   * takes to notice. 0 where there is none.
   */
  STOP_DELAY_SECONDS: z.coerce.number().int().min(0).max(10).default(0),
  /** Origins of Glassdome's pages that may call the API from a browser, separated by commas; none unless named. */
  CORS_ORIGINS: z
    .string()
    .default('')
    .refine(
      (text) => listOf(text).every(isOrigin),
      'must be origins such as https://glassdome.lab, separated by commas; no path, no *',
    ),
  /**
   * Wrong passwords or secrets for one account from one address (IPv6: /56) before each further one has to wait, a second
   * first, then twice as long each time, at most 15 minutes. Right ones are never counted.
   */
  LOGIN_FAILURES: z.coerce.number().int().min(1).max(1_000).default(5),
  /** Wrong passwords for one account in an hour, from all addresses, before attempts from new addresses go one by one; 0: no bound. */
  LOGIN_FAILURES_PER_ACCOUNT: z.coerce.number().int().min(0).max(100_000).default(20),
  /** Wrong passwords or secrets from one address in a minute, for all accounts, before they are slowed down; 0: no bound. */
  LOGIN_FAILURES_PER_ADDRESS: z.coerce.number().int().min(0).max(100_000).default(60),
  /** Calls for values (`secret`, `resolve`, `environment`) that one caller may make in a minute; 0 sets no bound. */
  REVEALS_PER_MINUTE: z.coerce.number().int().min(0).max(1_000_000).default(6000),
  /**
   * Ranges that tests of credentials may connect to beside public addresses. What is set replaces the default: name the
   * private ranges that are still needed, too. Loopback only where it is named (`127.0.0.0/8`, `::1/128`).
   */
  OUTBOUND_ALLOW_CIDRS: cidrs('10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7'),
  /**
   * How long a version that was read may be answered from memory (sealed there). Rights are asked for each time and each
   * answer is audited; a version that somebody deletes in Vault is answered for so long. 0: Vault is asked each time.
   */
  VALUE_CACHE_SECONDS: z.coerce.number().min(0).max(5).default(0),
  /** Whether create, update and rotate prove the values, where the request does not say. */
  TEST_ON_SAVE: z.enum(['required', 'warn', 'skip']).default('warn'),
  /** Tests of credentials that one caller may start in a minute, those of saves included; 0 sets no bound. */
  TESTS_PER_MINUTE: z.coerce.number().int().min(0).max(1_000_000).default(120),
  /**
   * Different addresses (host and port) that one caller may contact in an hour by tests of values that are not stored, those of
   * saves included, and by fetching certificates; admins too. 0 sets no bound.
   */
  TESTED_ADDRESSES_PER_HOUR: z.coerce.number().int().min(0).max(1_000_000).default(60),
  /** Whether scheduled tests of imported credentials begin by themselves (`on`), or only after somebody tested one (`off`). */
  IMPORT_TESTS: z.enum(['on', 'off']).default('on'),
  /** How often stored credentials are tested by themselves. */
  TEST_INTERVAL_MINUTES: z.coerce.number().int().min(5).max(525_600).default(360),
  /** The same for single service types. */
  TEST_INTERVALS: z
    .string()
    .default('')
    .refine(
      (text) => testIntervals(text) !== undefined,
      'must be minutes by service type, such as proxmox=60,openai=1440',
    ),
  /** After so long without a sign of life a worker counts as dead, and others do what it had begun. */
  WORKER_LEASE_SECONDS: z.coerce.number().int().min(2).max(3600).default(60),
  /** Days before a credential ends at which that is told. */
  REMIND_DAYS: z
    .string()
    .regex(
      /^\d{1,3}(,\d{1,3}){0,9}$/,
      'must be one to ten numbers of days, each below 1000, such as 30,14,7,1',
    )
    .default('30,14,7,1'),
  /** Days without use after which that is told. */
  UNUSED_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  /** The same days for single service types. */
  REMIND_DAYS_BY_TYPE: z
    .string()
    .default('')
    .refine(
      (text) => rulesByType(text, '') !== undefined,
      'must be days by service type, such as aws=90/30/7,openai=14',
    ),
  /** Days without use by service type; 0: never told. */
  UNUSED_DAYS_BY_TYPE: z
    .string()
    .default('')
    .refine(
      (text) => rulesByType('', text) !== undefined,
      'must be days by service type, such as aws=30,other=0',
    ),
  /** Versions that others write in Vault: told only, or also in use once a test passes. */
  DRIFT: z.enum(['report', 'adopt']).default('report'),
  /** Whole months of rows that are kept beside the current one; 0 keeps them for ever. */
  RETENTION_USAGE_MONTHS: months(1).default(13),
  /** The same for the results of tests. */
  RETENTION_TESTS_MONTHS: months(1).default(13),
  /** The same for the audit. */
  RETENTION_AUDIT_MONTHS: months(12).default(0),
  /** When a health report of everything is made: at most once a day, so minute and hour are numbers. */
  REPORT_SCHEDULE: z
    .string()
    .default('0 6 * * 1')
    .superRefine((text, context) => {
      const message = reportExpressionProblem(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  /** In whose time that is. */
  REPORT_TIMEZONE: z.string().refine(isTimezone, 'must be a time zone such as Europe/Berlin').default('UTC'),
  /** The server that takes mail for people; set together with `SMTP_FROM`. Without it there are no channels by mail. */
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
  /** Name that the broker gives in EHLO; relays refuse names without a domain. Default: the host's full name, else the sender's domain. */
  SMTP_HELO_NAME: z
    .string()
    .regex(/^([a-z0-9-]+\.)+[a-z0-9-]+$/i, 'must be a host name with a domain')
    .optional(),
  /** Who logs in at the mail server, where it asks for that; set together with `SMTP_PASSWORD_FILE`. */
  SMTP_USER: z.string().optional(),
  /** The file of its password. */
  SMTP_PASSWORD_FILE: z.string().optional(),
  /** File with the CA that signed the mail server's certificate, where no public one did. */
  SMTP_CA_FILE: z.string().optional(),
  /** Lets the API serve plain HTTP beyond loopback: behind a proxy that speaks TLS. */
  ALLOW_PLAIN_HTTP: flag,
  /** Lets mail go without TLS to a relay beyond loopback, with `SMTP_TLS=none`. A password is never sent that way. */
  ALLOW_PLAIN_SMTP: flag,
  /** Lets the connection to Postgres leave loopback in the clear. */
  ALLOW_PLAIN_POSTGRES: flag,
  /** Lets the connection to Vault leave loopback in the clear. */
  ALLOW_PLAIN_VAULT: flag,
  /** Lets channels post to webhooks beyond loopback in the clear: whoever listens there reads names of credentials. */
  ALLOW_PLAIN_WEBHOOKS: flag,
  /** What is logged: `error` alone, `warn` too, or all. */
  LOG_LEVEL: z.enum(['error', 'warn', 'info']).default('info'),
});

/** What the environment says, each variable by its own rule. */
export type Variables = z.infer<typeof configSchema>;
