import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { cronProblem } from './domain/cron.js';
import { type GlassdomeKeyProblem, glassdomeKeyProblem, MIN_KEY_BYTES } from './domain/glassdomeKey.js';
import { testIntervals } from './domain/testPace.js';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((word) => word === 'true');
const port = (preset: number) => z.coerce.number().int().min(1).max(65_535).default(preset);
const mount = (preset: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9_/-]*$/)
    .default(preset);

const CIDR = z.union([z.cidrv4(), z.cidrv6()]);
const cidrs = (preset: string) =>
  z
    .string()
    .default(preset)
    .refine(
      (text) => listOf(text).every((one) => CIDR.safeParse(one).success),
      'must be ranges such as 10.0.0.0/8, separated by commas',
    );

const schema = z.object({
  /** Address to listen on. Beyond loopback TLS is needed. */
  BROKER_HOST: z.string().default('127.0.0.1'),
  BROKER_PORT: port(8400),
  /** Postgres, as the app role. Beyond loopback it must ask for TLS (`?sslmode=verify-full`). */
  DATABASE_URL: z.string().optional(),
  /** Postgres, as the role that owns the schema: for `migrate` only. */
  DATABASE_OWNER_URL: z.string().optional(),
  /** Name of the app role, which `migrate` gives its rights. */
  DATABASE_APP_ROLE: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/)
    .default('broker_app'),
  /** One or more addresses of the Vault cluster, separated by commas. */
  VAULT_ADDR: z.string().optional(),
  VAULT_CA_FILE: z.string().optional(),
  VAULT_AUTH_METHOD: z.enum(['approle', 'pod', 'token']).default('approle'),
  VAULT_ROLE_ID: z.string().optional(),
  VAULT_SECRET_ID_FILE: z.string().optional(),
  VAULT_USERS_ROLE_ID: z.string().optional(),
  VAULT_USERS_SECRET_ID_FILE: z.string().optional(),
  VAULT_RECONCILER_ROLE_ID: z.string().optional(),
  VAULT_RECONCILER_SECRET_ID_FILE: z.string().optional(),
  /** Pod login: mount below `auth/`, role, and the file of the pod's token. */
  VAULT_POD_MOUNT: mount('kubernetes'),
  VAULT_POD_ROLE: z
    .string()
    .regex(/^[a-z0-9_-]*api$/, 'must end in "api": the other roles are called like it')
    .default('broker-api'),
  VAULT_POD_TOKEN_FILE: z.string().default('/var/run/secrets/kubernetes.io/serviceaccount/token'),
  /** Token login, for development, and the short-lived token of `bootstrap`. */
  VAULT_TOKEN_FILE: z.string().optional(),
  APPROLE_MOUNT: mount('approle'),
  KV_MOUNT: mount('glassdome-credentials'),
  TRANSIT_MOUNT: mount('transit'),
  USERPASS_MOUNT: mount('userpass'),
  /** Files with Glassdome's JWT key, separated by commas; two are valid during a change. */
  GLASSDOME_JWT_KEY_FILES: z.string().optional(),
  /** Where Vault holds it, e.g. `glassdome/data/auth/jwt_secret`; read again each minute, the one before is valid for an hour. */
  GLASSDOME_JWT_KEY_VAULT_PATH: z
    .string()
    .regex(/^[a-z0-9_-]+\/data\/[a-z0-9_-]+(\/[a-z0-9_-]+)*$/, 'must be <mount>/data/<path>')
    .optional(),
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
  /** How many proxies stand in front and set X-Forwarded-For. */
  TRUSTED_PROXY_HOPS: z.coerce.number().int().min(0).max(10).default(0),
  /** Calls for values (`secret`, `resolve`, `environment`) that one caller may make in a minute; 0 sets no bound. */
  REVEALS_PER_MINUTE: z.coerce.number().int().min(0).max(1_000_000).default(6000),
  /** Ranges that tests of credentials may connect to beside public addresses; loopback only if it is among them. */
  OUTBOUND_ALLOW_CIDRS: cidrs('10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7'),
  /** Whether create, update and rotate prove the values, where the request does not say. */
  TEST_ON_SAVE: z.enum(['required', 'warn', 'skip']).default('warn'),
  /** Tests of credentials that one caller may start in a minute; 0 sets no bound. */
  TESTS_PER_MINUTE: z.coerce.number().int().min(0).max(1_000_000).default(120),
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
    .regex(/^\d{1,3}(,\d{1,3}){0,9}$/, 'must be days such as 30,14,7,1')
    .default('30,14,7,1'),
  /** Days without use after which that is told. */
  UNUSED_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  /** When health reports are made, as a cron expression of five fields, and in whose time. */
  REPORT_SCHEDULE: z
    .string()
    .default('0 6 * * 1')
    .superRefine((text, context) => {
      const message = cronProblem(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    }),
  REPORT_TIMEZONE: z.string().refine(isTimezone, 'must be a time zone such as Europe/Berlin').default('UTC'),
  /** The server that takes mail for people; without it there are no channels by mail. */
  SMTP_HOST: z.string().optional(),
  SMTP_PORT: port(587),
  /** `starttls` is demanded, not only tried; `none` for loopback only. */
  SMTP_TLS: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  SMTP_FROM: z.email('must be a mail address').optional(),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD_FILE: z.string().optional(),
  SMTP_CA_FILE: z.string().optional(),
  /** Each lets one plain connection leave loopback. */
  ALLOW_PLAIN_HTTP: flag,
  ALLOW_PLAIN_POSTGRES: flag,
  ALLOW_PLAIN_VAULT: flag,
  LOG_LEVEL: z.enum(['error', 'warn', 'info']).default('info'),
});

export type Config = Readonly<z.infer<typeof schema>> & {
  /** Glassdome's JWT keys; empty when its users' tokens are not accepted. */
  readonly glassdomeKeys: readonly string[];
};

/** Something in the environment that the broker will not start with. The text names the variable and the rule. */
export class ConfigRefused extends Error {}

/** The only reader of the process's environment. Rejects what is missing, weak or plain where it must not be. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    throw new ConfigRefused(
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'),
    );
  }
  const config = parsed.data;
  const wrong = [
    ...refusedVariables(env),
    ...plainConnections(config),
    ...urlProblems(config),
    ...smtpProblems(config),
  ];
  if (wrong.length > 0) throw new ConfigRefused(wrong.join('\n'));
  return Object.freeze({ ...config, glassdomeKeys: jwtKeys(config.GLASSDOME_JWT_KEY_FILES) });
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A variable that the command at hand can't do without. */
export function required(config: Config, name: keyof z.infer<typeof schema>): string {
  const value = config[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigRefused(`${name} must be set`);
}

function refusedVariables(env: NodeJS.ProcessEnv): string[] {
  const wrong: string[] = [];
  if (env['VAULT_SKIP_VERIFY'])
    wrong.push(
      'VAULT_SKIP_VERIFY: the broker always verifies Vault; unset it and name the CA in VAULT_CA_FILE',
    );
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    wrong.push('NODE_TLS_REJECT_UNAUTHORIZED: certificates are always verified; unset it and name the CA');
  for (const name of ['DEBUG', 'NODE_DEBUG'])
    if (env[name]) wrong.push(`${name}: libraries would print what they send; unset it`);
  return wrong;
}

function smtpProblems(config: z.infer<typeof schema>): string[] {
  const wrong: string[] = [];
  if ((config.SMTP_HOST === undefined) !== (config.SMTP_FROM === undefined))
    wrong.push('SMTP_HOST and SMTP_FROM: set both or none');
  if ((config.SMTP_USER === undefined) !== (config.SMTP_PASSWORD_FILE === undefined))
    wrong.push('SMTP_USER and SMTP_PASSWORD_FILE: set both or none');
  if (config.SMTP_TLS === 'none' && !LOOPBACK.has(config.SMTP_HOST ?? 'localhost'))
    wrong.push('SMTP_TLS: none is for loopback only');
  return wrong;
}

function urlProblems(config: z.infer<typeof schema>): string[] {
  return (['DATABASE_URL', 'DATABASE_OWNER_URL'] as const).flatMap((name) => {
    const scheme = /^([a-z0-9+]+):\/\//.exec(config[name] ?? 'postgres://')?.[1];
    if (scheme === 'postgres' || scheme === 'postgresql') return [];
    return [
      `${name}: must begin with postgres://; "${scheme ?? '?'}" looks like another program's setting (env -u ${name} …)`,
    ];
  });
}

function plainConnections(config: z.infer<typeof schema>): string[] {
  const wrong: string[] = [];
  if ((config.TLS_CERT_FILE === undefined) !== (config.TLS_KEY_FILE === undefined)) {
    wrong.push('TLS_CERT_FILE and TLS_KEY_FILE: set both or none');
  }
  if (!LOOPBACK.has(config.BROKER_HOST) && config.TLS_CERT_FILE === undefined && !config.ALLOW_PLAIN_HTTP) {
    wrong.push(
      'BROKER_HOST: beyond loopback needs TLS_CERT_FILE and TLS_KEY_FILE (or ALLOW_PLAIN_HTTP=true behind a TLS proxy)',
    );
  }
  for (const address of listOf(config.VAULT_ADDR)) {
    if (!/^https?:\/\/[^/]+\/?$/i.test(address))
      wrong.push(`VAULT_ADDR: "${address}" must be https://host:port`);
    if (!address.toLowerCase().startsWith('http://')) continue;
    if (!LOOPBACK.has(hostOf(address)) && !config.ALLOW_PLAIN_VAULT)
      wrong.push('VAULT_ADDR: plain http beyond loopback (or ALLOW_PLAIN_VAULT=true)');
  }
  for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL'] as const) {
    const url = config[name];
    if (url !== undefined && plainPostgres(url) && !config.ALLOW_PLAIN_POSTGRES)
      wrong.push(`${name}: beyond loopback needs sslmode=verify-full (or ALLOW_PLAIN_POSTGRES=true)`);
  }
  return wrong;
}

/** As the driver reads it: a `host` in the query wins, and with libpq's meaning `require` verifies nothing. */
function plainPostgres(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { hostname, searchParams } = new URL(text);
  const hosts = [hostname, ...searchParams.getAll('host')].filter((host) => host !== '');
  if (hosts.length > 0 && hosts.every((host) => LOOPBACK.has(host))) return false;
  const verified = searchParams.has('uselibpqcompat')
    ? ['verify-full']
    : ['require', 'verify-ca', 'verify-full'];
  const modes = searchParams.getAll('sslmode');
  return modes.length === 0 || !modes.every((mode) => verified.includes(mode));
}

/** The words between commas. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** The text of a file that a variable names; a file that can't be read is told by the variable. */
export function readNamed(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new ConfigRefused(`${variable}: ${file} can't be read (${code})`);
  }
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
}

const KEY_RULES: Readonly<Record<GlassdomeKeyProblem, string>> = {
  published_default: "holds the key that is published in Glassdome's source; anybody can sign with it",
  too_short: `the key must be at least ${MIN_KEY_BYTES} characters`,
};

function jwtKeys(files: string | undefined): string[] {
  return listOf(files).map((file) => {
    const key = readNamed('GLASSDOME_JWT_KEY_FILES', file).trim();
    const problem = glassdomeKeyProblem(key);
    if (problem !== undefined) throw new ConfigRefused(`GLASSDOME_JWT_KEY_FILES: ${KEY_RULES[problem]}`);
    return key;
  });
}

/** A file or folder that ships with the program, wherever it is installed. */
export function packageFile(name: string): string {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) folder = new URL('..', folder);
  return fileURLToPath(new URL(name, folder));
}

/** The version in package.json. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
}
