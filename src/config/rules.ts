import { weakPassword } from '../domain/secrecy/weakPassword.js';
import { hostOf, LOOPBACK, listOf } from './lists.js';
import type { Variables } from './variables.js';

/** What is wrong with the variables taken together, a line each: what is plain, weak or half set where it must not be. */
export function problemsOf(env: NodeJS.ProcessEnv, config: Variables, listens: boolean): string[] {
  return [
    ...refusedVariables(env),
    ...(listens ? [...plainListener(config), ...unknownAddress(config)] : []),
    ...plainConnections(config),
    ...urlProblems(config),
    ...smtpProblems(config),
    ...weakSecrets(config),
  ];
}

function refusedVariables(env: NodeJS.ProcessEnv): string[] {
  const wrong: string[] = [];
  if (env['VAULT_SKIP_VERIFY'])
    wrong.push(
      'VAULT_SKIP_VERIFY: the broker always verifies Vault; unset it and set VAULT_CA_FILE to its CA',
    );
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    wrong.push(
      'NODE_TLS_REJECT_UNAUTHORIZED: certificates are always verified; unset it and configure the CA',
    );
  for (const name of ['DEBUG', 'NODE_DEBUG'])
    if (env[name]) wrong.push(`${name}: libraries would print requests with secrets; unset it`);
  return wrong;
}

function smtpProblems(config: Variables): string[] {
  const wrong: string[] = [];
  if ((config.SMTP_HOST === undefined) !== (config.SMTP_FROM === undefined))
    wrong.push('SMTP_HOST and SMTP_FROM: set both or none');
  if ((config.SMTP_USER === undefined) !== (config.SMTP_PASSWORD_FILE === undefined))
    wrong.push('SMTP_USER and SMTP_PASSWORD_FILE: set both or none');
  const plain = config.SMTP_TLS === 'none' && !LOOPBACK.has(config.SMTP_HOST ?? 'localhost');
  if (plain && !config.ALLOW_PLAIN_SMTP)
    wrong.push('SMTP_TLS: none is for loopback only; set ALLOW_PLAIN_SMTP=true for a relay without TLS');
  if (plain && config.SMTP_USER !== undefined)
    wrong.push('SMTP_USER: a password is never sent without TLS; use SMTP_TLS=starttls or tls');
  return wrong;
}

function urlProblems(config: Variables): string[] {
  return (['DATABASE_URL', 'DATABASE_OWNER_URL'] as const).flatMap((name) => {
    const scheme = /^([a-z0-9+]+):\/\//.exec(config[name] ?? 'postgres://')?.[1];
    if (scheme === 'postgres' || scheme === 'postgresql') return [];
    return [
      `${name}: must begin with postgres://; "${scheme ?? '?'}" looks like another program's setting (env -u ${name} …)`,
    ];
  });
}

/** On loopback anyone who could guess it is on this machine already. */
function weakSecrets(config: Variables): string[] {
  const wrong = (['DATABASE_URL', 'DATABASE_OWNER_URL'] as const).flatMap((name) => {
    const { user, passwords, local } = loginIn(config[name] ?? '');
    const reason = passwords
      .map((password) => weakPassword(password, user))
      .find((text) => text !== undefined);
    if (local || reason === undefined) return [];
    return `${name}: the password ${reason}; give the role a random one (openssl rand -hex 24; alter role … password …) or a client certificate`;
  });
  const faraway = listOf(config.VAULT_ADDR).some((address) => !LOOPBACK.has(hostOf(address)));
  if (config.VAULT_AUTH_METHOD === 'token' && faraway)
    wrong.push(
      'VAULT_AUTH_METHOD: token is for a Vault on loopback, for development; use approle (see `bootstrap`) or pod',
    );
  return wrong;
}

/** The user, as the driver reads the URL: what the query says counts in addition to the part before the host. */
function loginIn(text: string): { user: string; passwords: string[]; local: boolean } {
  if (!URL.canParse(text)) return { user: '', passwords: [], local: false };
  const { username, password, hostname, searchParams } = new URL(text);
  const hosts = [hostname, ...searchParams.getAll('host')].filter((host) => host !== '');
  return {
    user: decoded(searchParams.get('user') ?? username),
    passwords: [decoded(password), ...searchParams.getAll('password')].filter((one) => one !== ''),
    local: hosts.length > 0 && hosts.every((host) => LOOPBACK.has(host)),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What an image sets for those of its commands that listen must not stop the others. */
function plainListener(config: Variables): string[] {
  if (LOOPBACK.has(config.BROKER_HOST) || config.TLS_CERT_FILE !== undefined || config.ALLOW_PLAIN_HTTP)
    return [];
  return [
    'BROKER_HOST: beyond loopback needs TLS_CERT_FILE and TLS_KEY_FILE (or ALLOW_PLAIN_HTTP=true behind a TLS proxy)',
  ];
}

/** A redirect to a host that a request names would bring codes to any host. */
function unknownAddress(config: Variables): string[] {
  const url = config.PUBLIC_URL;
  if (url === undefined) {
    if (config.OIDC_ISSUERS_FILE === undefined || LOOPBACK.has(config.BROKER_HOST)) return [];
    return [
      'PUBLIC_URL: must be set with OIDC_ISSUERS_FILE beyond loopback, such as https://broker.glassdome.lab',
    ];
  }
  if (url.startsWith('https://') || LOOPBACK.has(hostOf(url)) || config.ALLOW_PLAIN_HTTP) return [];
  return ['PUBLIC_URL: plain http beyond loopback (or ALLOW_PLAIN_HTTP=true)'];
}

function plainConnections(config: Variables): string[] {
  const wrong: string[] = [];
  if ((config.TLS_CERT_FILE === undefined) !== (config.TLS_KEY_FILE === undefined)) {
    wrong.push('TLS_CERT_FILE and TLS_KEY_FILE: set both or none');
  }
  for (const origin of listOf(config.CORS_ORIGINS))
    if (origin.startsWith('http://') && !LOOPBACK.has(hostOf(origin)) && !config.ALLOW_PLAIN_HTTP)
      wrong.push(`CORS_ORIGINS: ${origin} is plain http beyond loopback (or ALLOW_PLAIN_HTTP=true)`);
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
  const { searchParams } = new URL(text);
  if (loginIn(text).local) return false;
  const verified = searchParams.has('uselibpqcompat')
    ? ['verify-full']
    : ['require', 'verify-ca', 'verify-full'];
  const modes = searchParams.getAll('sslmode');
  return modes.length === 0 || !modes.every((mode) => verified.includes(mode));
}
