import { Agent, fetch, type Response } from 'undici';
import { mapLimit } from '../../domain/async.js';
import { Secret } from '../../domain/secret.js';
import { hintForTls, reasonOf } from '../client/connectionReason.js';
import { isLoopback } from '../client/settings.js';
import { CliError, EXIT } from '../exitCodes.js';
import { cell } from '../terminal/output.js';
import { readText } from '../terminal/readText.js';

/** Glassdome's keys are lower-case names; `auth/` and `services/` are folders and never entered. */
const KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** Glassdome's own signing key stays where it is. */
const NEVER = 'secret_key';
const MOUNT = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const TOKEN = /^[\x21-\x7e]{1,4096}$/;
const NAMESPACE = /^[\w.-]+(?:\/[\w.-]+)*\/?$/;
const MOST_KEYS = 2_000;
const MOST_BYTES = 1_048_576;
const CONNECT_MS = 5_000;
const ANSWER_MS = 15_000;
const ALL_MS = 90_000;

export interface OtherVault {
  address: URL;
  caFile: string | undefined;
  mount: string;
  token: Secret;
  /** Of Vault Enterprise and OpenBao; left out: the root namespace. */
  namespace?: string | undefined;
}

/** The address of a Vault that a person named. Throws before anything is sent there. */
export function vaultAddress(text: string, allowPlainHttp: boolean): URL {
  const wrong = (rule: string, hint?: string) =>
    new CliError(`--vault-address (or VAULT_ADDR) ${rule}`, EXIT.usage, hint);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol))
    throw wrong('must be an address that begins with https://');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw wrong('must be an address without a login, ? and #');
  if (url.protocol === 'http:' && !isLoopback(url) && !allowPlainHttp)
    throw wrong(
      'is not encrypted, so no token is sent to it.',
      'Use https://, or set GLASSDOME_BROKER_ALLOW_PLAIN_HTTP=true if the network itself is safe.',
    );
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

/**
 * Every key of Glassdome's flat layout (`<mount>/<key>` = `{"value": "…"}`), each read once, with the token that the
 * person brought. Keys of another shape and deleted ones are left out, as Glassdome does.
 */
export async function readOtherVault(vault: OtherVault): Promise<Map<string, Secret>> {
  if (!MOUNT.test(vault.mount)) throw new CliError('--mount must be 1 to 63 of a-z 0-9 _ -', EXIT.usage);
  if (!TOKEN.test(vault.token.reveal()))
    throw new CliError('The Vault token contains invalid characters.', EXIT.usage);
  if (vault.namespace !== undefined && !NAMESPACE.test(vault.namespace))
    throw new CliError('VAULT_NAMESPACE must be a path such as team/lab', EXIT.usage);
  const ca = vault.caFile === undefined ? {} : { ca: readText(vault.caFile, '--vault-ca') };
  const dispatcher = new Agent({ connect: { timeout: CONNECT_MS, ...ca } });
  const until = AbortSignal.timeout(ALL_MS);
  const ask = (path: string) => askVault(vault, path, { dispatcher, until });
  try {
    const found = await mapLimit(await keysOf(vault, ask), 8, async (key) => {
      const body = (await ask(`v1/${vault.mount}/data/${key}`)) as {
        data?: { data?: { value?: unknown } };
      } | null;
      return [key, body?.data?.data?.value] as const;
    });
    return new Map(
      found.flatMap(([key, value]) => (typeof value === 'string' ? [[key, new Secret(value)] as const] : [])),
    );
  } finally {
    await dispatcher.destroy();
  }
}

async function keysOf(
  { address, mount }: OtherVault,
  ask: (path: string) => Promise<unknown>,
): Promise<string[]> {
  const body = (await ask(`v1/${mount}/metadata/?list=true`)) as { data?: { keys?: unknown } } | null;
  const keys = body?.data?.keys;
  if (!Array.isArray(keys))
    throw new CliError(
      `Vault at ${address.origin} has no keys in the mount ${mount}.`,
      EXIT.notFound,
      'Name the KV version 2 mount of the keys: --mount',
    );
  const named = keys.filter(
    (key): key is string => typeof key === 'string' && KEY.test(key) && key.toLowerCase() !== NEVER,
  );
  if (named.length <= MOST_KEYS) return named;
  throw new CliError(`The mount ${mount} contains more than ${MOST_KEYS} keys.`, EXIT.usage);
}

interface Way {
  dispatcher: Agent;
  until: AbortSignal;
}

/** The JSON of an answer; null for what is not there. */
async function askVault(vault: OtherVault, path: string, { dispatcher, until }: Way): Promise<unknown> {
  const signal = AbortSignal.any([until, AbortSignal.timeout(ANSWER_MS)]);
  // A token must not follow a redirect.
  const init = { redirect: 'manual' as const, dispatcher, signal };
  const headers = {
    'x-vault-token': vault.token.reveal(),
    'x-vault-request': 'true',
    ...(vault.namespace !== undefined && { 'x-vault-namespace': vault.namespace }),
  };
  try {
    const answer = await fetch(new URL(path, vault.address), { ...init, headers });
    const text = await boundedText(answer);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw refused(vault, path, answer.status);
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const origin = vault.address.origin;
    if (error instanceof SyntaxError)
      throw new CliError(`The server at ${origin} is not a Vault: it did not send JSON.`, EXIT.unavailable);
    const reason = signal.aborted ? 'it takes too long' : reasonOf(error);
    const hint = hintForTls(reason, '--vault-ca') ?? 'Check --vault-address (or VAULT_ADDR).';
    throw new CliError(`No Vault is reachable at ${origin}: ${reason}`, EXIT.unavailable, hint);
  }
}

function refused({ address, mount }: OtherVault, path: string, status: number): CliError {
  const { origin } = address;
  const place = cell(path.replace(/^v1\//, '').replace(/\?.*/, ''));
  if (status === 403)
    return new CliError(
      `Vault at ${origin} does not accept the token for ${place}.`,
      EXIT.forbidden,
      `It needs "list" on ${mount}/metadata/* and "read" on ${mount}/data/*.`,
    );
  if (status >= 300 && status < 400)
    return new CliError(
      `Vault at ${origin} redirects to another address; the token was not sent there.`,
      EXIT.unavailable,
      'Name the address of the active node: --vault-address',
    );
  const what = status === 503 ? 'is sealed or not ready' : `answered ${status} for ${place}`;
  return new CliError(`Vault at ${origin} ${what}.`, EXIT.unavailable);
}

async function boundedText(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    const bytes = part as Uint8Array;
    size += bytes.length;
    if (size > MOST_BYTES)
      throw new CliError(`A response from Vault is longer than ${MOST_BYTES / 1024} KiB.`, EXIT.usage);
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString('utf8');
}
