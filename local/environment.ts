import { configSchema } from '../src/config/variables.js';
import { weakPassword } from '../src/domain/secrecy/weakPassword.js';

/** Where the two stores come from. What is not here is brought by the launcher itself. */
export interface Stores {
  /** An external Postgres; the second URL is for `migrate`. */
  postgres?: { appUrl: string; ownerUrl: string };
  /** True for an external Vault: nothing is initialized, unsealed or bootstrapped there. */
  foreignVault: boolean;
}

/** Variables of other programs, which people export together with Glassdome's `.env`, and why each can't stay. */
const NEVER: Readonly<Record<string, string>> = {
  VAULT_SKIP_VERIFY: 'it would disable certificate verification for Vault',
  VAULT_TOKEN: 'it is a personal token; the broker uses a separate login (VAULT_AUTH_METHOD)',
  DEBUG: 'libraries would print requests with secrets',
};

/** What a broker that serves and works in one process logs in with. */
const LOGINS = ['VAULT_', 'VAULT_USERS_', 'VAULT_RECONCILER_'].flatMap((prefix) => [
  `${prefix}ROLE_ID`,
  `${prefix}SECRET_ID_FILE`,
]);

/** What the launcher sets itself, for the Postgres and the Vault that it brings. */
const OF_POSTGRES = /^DATABASE_/;
const OF_VAULT = /^(?:VAULT_|(?:APPROLE|KV|TRANSIT|USERPASS)_MOUNT$)/;

/** Rejects an environment that was meant for another program, naming each variable and what to do. */
export function readStores(env: NodeJS.ProcessEnv): Stores {
  const problems = { ...neverProblems(env), ...postgresProblem(env), ...vaultProblem(env) };
  const found = Object.keys(problems);
  if (found.length > 0) {
    const reasons = found.map((name) => `  ${name}: ${problems[name]}`).join('\n');
    throw new Error(
      `These environment variables prevent the start:\n${reasons}\nStart without them:\n  env ${found.map((n) => `-u ${n}`).join(' ')} npm start`,
    );
  }
  requireGoodPassphrase(env['GLASSDOME_ENCRYPTION_KEY']);
  const { DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl } = env;
  return {
    ...(appUrl && ownerUrl && { postgres: { appUrl, ownerUrl } }),
    foreignVault: isSet(env, 'VAULT_ADDR'),
  };
}

/** Of Node and the system: certificates that are trusted, the time zone, where temporary files go. */
const OF_THE_SYSTEM = [
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'NODE_OPTIONS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'TZ',
  'TMPDIR',
];

/**
 * Every variable of the broker's that is set, but for those of a store that the launcher brings, and the few of the
 * system that change how it runs. Nothing else goes on: a shell holds secrets of other programs.
 */
export function passedOn(env: NodeJS.ProcessEnv, stores: Stores): Record<string, string> {
  const own = (name: string) =>
    (stores.postgres === undefined && OF_POSTGRES.test(name)) ||
    (!stores.foreignVault && OF_VAULT.test(name));
  const names = [...Object.keys(configSchema.shape), ...OF_THE_SYSTEM].filter(
    (name) => name !== 'DATABASE_OWNER_URL' && !own(name),
  );
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

const isSet = (env: NodeJS.ProcessEnv, name: string) => (env[name] ?? '') !== '';

function neverProblems(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(NEVER).filter(([name]) => isSet(env, name)));
}

function postgresProblem(env: NodeJS.ProcessEnv): Record<string, string> {
  if (!isSet(env, 'DATABASE_URL')) {
    return isSet(env, 'DATABASE_OWNER_URL')
      ? { DATABASE_OWNER_URL: 'it requires DATABASE_URL, which is not set' }
      : {};
  }
  const scheme = /^([^:]*):\/\//.exec(env['DATABASE_URL'] ?? '')?.[1];
  if (scheme !== 'postgres' && scheme !== 'postgresql')
    return { DATABASE_URL: `"${scheme ?? '?'}" belongs to another program; the broker needs postgres://` };
  if (!URL.canParse(env['DATABASE_URL'] ?? '')) return { DATABASE_URL: 'it is not a URL' };
  return isSet(env, 'DATABASE_OWNER_URL')
    ? {}
    : { DATABASE_URL: 'an external Postgres also needs DATABASE_OWNER_URL, for migrate' };
}

function vaultProblem(env: NodeJS.ProcessEnv): Record<string, string> {
  if (!isSet(env, 'VAULT_ADDR') || !['', 'approle'].includes(env['VAULT_AUTH_METHOD'] ?? '')) return {};
  const missing = LOGINS.filter((name) => !isSet(env, name));
  if (missing.length === 0) return {};
  return {
    VAULT_ADDR: `it is an external Vault, and the broker has no login there (${missing.join(', ')}): see docs/production/install.md`,
  };
}

function requireGoodPassphrase(passphrase: string | undefined): void {
  const reason = passphrase === undefined ? undefined : weakPassword(passphrase);
  if (reason === undefined) return;
  throw new Error(
    `GLASSDOME_ENCRYPTION_KEY ${reason}. Generate a random one (openssl rand -hex 24) and keep it, or start without: env -u GLASSDOME_ENCRYPTION_KEY npm start`,
  );
}
