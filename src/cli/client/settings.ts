import { homedir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../domain/secret.js';
import { CliError, EXIT } from '../exitCodes.js';
import { readText } from '../terminal/readText.js';

const DEFAULT_SERVER = 'http://127.0.0.1:8400';
const TRUE = new Set(['1', 'true', 'yes']);

/** The settings of the command line client from the environment. `docs/cli.md` lists each variable. */
export interface Settings {
  /** Origin of the broker, when the environment names one. */
  server: string | undefined;
  sessionFile: string;
  caFile: string | undefined;
  allowPlainHttp: boolean;
  token: Secret | undefined;
  client: { id: string; secret: Secret } | undefined;
}

/** Reads the environment; files named there are read now, so that a missing one is reported immediately. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const config = env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  const id = env['GLASSDOME_BROKER_CLIENT_ID'];
  const secret = valueOrFile(env, 'GLASSDOME_BROKER_CLIENT_SECRET');
  if ((id === undefined || id === '') !== (secret === undefined)) {
    throw new CliError(
      'GLASSDOME_BROKER_CLIENT_ID and GLASSDOME_BROKER_CLIENT_SECRET(_FILE) must be set together.',
      EXIT.usage,
    );
  }
  return {
    server: env['GLASSDOME_BROKER_URL'] || undefined,
    sessionFile: env['GLASSDOME_BROKER_SESSION_FILE'] || join(config, 'glassdome-broker', 'session.json'),
    caFile: env['GLASSDOME_BROKER_CA_FILE'] || undefined,
    allowPlainHttp: TRUE.has((env['GLASSDOME_BROKER_ALLOW_PLAIN_HTTP'] ?? '').toLowerCase()),
    token: valueOrFile(env, 'GLASSDOME_BROKER_TOKEN'),
    client: id && secret ? { id, secret } : undefined,
  };
}

/** The origin of the broker: the flag, the environment, the last login, the embedded default. */
export function serverOf(words: (string | undefined)[], settings: Settings): URL {
  const text = words.find((word) => word !== undefined) ?? DEFAULT_SERVER;
  if (!URL.canParse(text)) throw new CliError(`"${text}" is not a valid broker address.`, EXIT.usage);
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new CliError(`${text} must begin with https:// or http://`, EXIT.usage);
  }
  if (url.username !== '' || url.password !== '') {
    throw new CliError('The address of the broker must not contain a user name or password.', EXIT.usage);
  }
  if (url.protocol === 'http:' && !isLoopback(url) && !settings.allowPlainHttp) {
    throw new CliError(
      `${url.origin} is not encrypted, so no secret is sent to it.`,
      EXIT.usage,
      'Use https://, or set GLASSDOME_BROKER_ALLOW_PLAIN_HTTP=true if the network itself is safe.',
    );
  }
  return url;
}

/** True for an address of this machine. */
export const isLoopback = ({ hostname }: URL): boolean =>
  /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

function valueOrFile(env: NodeJS.ProcessEnv, name: string): Secret | undefined {
  const file = env[`${name}_FILE`];
  if (file) return new Secret(readText(file, `${name}_FILE`).trim());
  const value = env[name];
  return value ? new Secret(value.trim()) : undefined;
}
