import {
  type GlassdomeKeyProblem,
  glassdomeKeyProblem,
  MIN_KEY_BYTES,
} from '../../../domain/people/glassdomeKey.js';
import { Secret } from '../../../domain/secret.js';
import { badAnswer } from '../connection/faults.js';
import { safePath } from '../connection/paths.js';
import type { VaultAccess } from '../connection/vaultApi.js';

/** The key is there and must not be trusted. Does not hold it. */
export class GlassdomeKeyRefused extends Error {
  constructor(readonly why: GlassdomeKeyProblem) {
    super(
      why === 'published_default'
        ? "Glassdome's JWT key is its published default: set another one before the broker trusts it"
        : `Glassdome's JWT key is shorter than ${MIN_KEY_BYTES} bytes`,
    );
    this.name = 'GlassdomeKeyRefused';
  }
}

/** Rejects with `GlassdomeKeyRefused` a key that is known to everybody, or short. Returns it unchanged. */
export function checkGlassdomeKey(key: Secret): Secret {
  const problem = glassdomeKeyProblem(key.reveal());
  if (problem !== undefined) throw new GlassdomeKeyRefused(problem);
  return key;
}

export interface GlassdomeKeyOptions {
  access: VaultAccess;
  /** API path: `glassdome/data/auth/jwt_secret`, or `glassdome/data/secret_key`. */
  path: string;
  /** How long after a change the key before is still accepted. Default 3,600 s: twice the life of a token. */
  graceSeconds?: number;
  now: () => Date;
}

/**
 * The keys that Glassdome signs its tokens with: the current one, and the one before while tokens of it may still be
 * about. Empty when nothing is there. Rejects with `GlassdomeKeyRefused`, or as `VaultAccess.ask` does.
 */
export async function readGlassdomeKeys(options: GlassdomeKeyOptions): Promise<Secret[]> {
  const current = await readVersion(options, null);
  if (current === null) return [];
  const keys = [checkGlassdomeKey(current.key)];
  const ageSeconds = (options.now().getTime() - Date.parse(current.createdTime)) / 1_000;
  if (current.version < 2 || ageSeconds > (options.graceSeconds ?? 3_600)) return keys;
  const before = await readVersion(options, current.version - 1);
  // The one before may be the very default that was replaced; it is never taken then.
  return before === null || glassdomeKeyProblem(before.key.reveal()) !== undefined
    ? keys
    : [...keys, before.key];
}

interface KeyVersion {
  key: Secret;
  version: number;
  createdTime: string;
}

async function readVersion(options: GlassdomeKeyOptions, version: number | null): Promise<KeyVersion | null> {
  const query = version === null ? '' : `?version=${version}`;
  const reply = await options.access.ask('GET', `${safePath(options.path)}${query}`);
  if (reply.verdict === 'missing' || reply.verdict === 'gone') return null;
  const value: unknown = reply.answer.body?.data?.data?.value;
  const metadata = reply.answer.body?.data?.metadata;
  if (reply.verdict !== 'ok' || typeof value !== 'string')
    throw badAnswer("Glassdome's key is not shaped {value: text}");
  return {
    key: new Secret(value),
    version: Number(metadata?.version),
    createdTime: String(metadata?.created_time),
  };
}
