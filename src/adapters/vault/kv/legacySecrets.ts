import { mapLimit } from '../../../domain/async.js';
import { invalid } from '../../../domain/errors.js';
import { Secret } from '../../../domain/secret.js';
import type { LegacySecrets } from '../../../ports/vault.js';
import { badAnswer } from '../connection/faults.js';
import { safeMount } from '../connection/paths.js';
import type { CallerReply, VaultAccess } from '../connection/vaultApi.js';

/** Glassdome's keys are lower-case names; what is named otherwise is not its own. */
const KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** Glassdome's own signing key: it stays where it is. `auth/*` and `services/*` are folders and never entered. */
const NEVER = new Set(['secret_key']);
/** A token is sent in a header; nothing that could end one. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** Reads `<mount>/<key>` = `{"value": "…"}` as Glassdome wrote it, with the token that the caller brought. */
export function createLegacySecrets(access: VaultAccess): LegacySecrets {
  return {
    readAll: async ({ mount, token }) => {
      const checked = checkedMount(mount);
      const value = token.reveal();
      if (!TOKEN.test(value)) throw notAccepted();
      const names = await list(access, checked, value);
      const found = await mapLimit(names, 8, async (name) => ({
        name,
        secret: await readOne(access, checked, name, value),
      }));
      const kept = found.flatMap(({ name, secret }) => (secret === null ? [] : [[name, secret] as const]));
      return new Map(kept);
    },
  };
}

async function list(access: VaultAccess, mount: string, token: string): Promise<string[]> {
  const reply = await access.askAs(token, 'LIST', `${mount}/metadata/`);
  if (reply.verdict === 'missing') return [];
  const keys: unknown = bodyOf(reply)?.data?.keys;
  if (!Array.isArray(keys)) throw badAnswer('a list without keys');
  return keys.filter(
    (key): key is string => typeof key === 'string' && KEY.test(key) && !NEVER.has(key.toLowerCase()),
  );
}

/** Null for what Glassdome itself would not read: another shape, a deleted version. */
async function readOne(
  access: VaultAccess,
  mount: string,
  name: string,
  token: string,
): Promise<Secret | null> {
  const reply = await access.askAs(token, 'GET', `${mount}/data/${name}`);
  if (reply.verdict === 'missing' || reply.verdict === 'gone') return null;
  const value: unknown = bodyOf(reply)?.data?.data?.value;
  return typeof value === 'string' ? new Secret(value) : null;
}

// biome-ignore lint/suspicious/noExplicitAny: looked at field by field
function bodyOf(reply: CallerReply): any {
  if (reply.verdict === 'denied') throw notAccepted();
  if (reply.verdict !== 'ok') throw badAnswer(`${reply.verdict} ${reply.answer.status}`);
  return reply.answer.body;
}

function checkedMount(mount: string): string {
  try {
    return safeMount(mount);
  } catch (error) {
    if (error instanceof Error && error.name === 'UnsafeVaultPath') {
      throw invalid({
        field: 'mount',
        rule: 'must be the name of a mount: a-z, 0-9, dash, underscore, slash',
      });
    }
    throw error;
  }
}

/** The token belongs to the caller, so a refusal is reported to them, unlike a refusal of our own token. */
function notAccepted() {
  return invalid({ field: 'token', rule: 'is not accepted by Vault for that mount' });
}
