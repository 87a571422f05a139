import { createPublicKey } from 'node:crypto';
import { ACCESS_TOKEN_TYPE } from '../../../domain/access/caller.js';
import type { TokenSigner } from '../../../ports/vault.js';
import { badAnswer } from '../connection/faults.js';
import type { Timers } from '../connection/timers.js';
import type { Transit } from './transit.js';
import { TOKENS_KEY } from './transitKeys.js';

interface KeySet {
  latest: number;
  jwks: Record<string, unknown>[];
  loadedAtMs: number;
}

/** Minimum time between two loads that a caller can cause by sending an unknown kid. */
const COOL_DOWN_MS = 30_000;
/** After this a rotation of the key is looked for, so that a new version comes into use and a retired one ends. */
const STALE_MS = 60_000;
/** Keys that are older count only after Vault was asked again. */
const TOO_OLD_MS = 300_000;

/** ES256 by transit. Verifying needs only `publicKeys`, which rest in memory. */
export function createTokenSigner(transit: Transit, timers: Timers): TokenSigner {
  return new TransitTokenSigner(transit, timers);
}

class TransitTokenSigner implements TokenSigner {
  #keys: KeySet | null = null;
  #loading: Promise<KeySet> | null = null;
  #triedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly transit: Transit,
    private readonly timers: Timers,
  ) {}

  async sign(claims: Record<string, unknown>): Promise<string> {
    const known = await this.#known();
    if (this.timers.nowMs() - known.loadedAtMs > STALE_MS) await this.reload();
    const version = (this.#keys ?? known).latest;
    const input = `${part({ alg: 'ES256', typ: ACCESS_TOKEN_TYPE, kid: kidOf(version) })}.${part(claims)}`;
    const body = {
      input: Buffer.from(input).toString('base64'),
      key_version: version,
      // The default, asn1, does not verify as a JWT.
      marshaling_algorithm: 'jws',
    };
    const signed = await this.transit.compute(`sign/${TOKENS_KEY}/sha2-256`, body, 'signature');
    const match = /^vault:v(\d+):([A-Za-z0-9_-]+)$/.exec(signed);
    if (match === null || Number(match[1]) !== version)
      throw badAnswer('a signature of another form or version');
    return `${input}.${match[2]}`;
  }

  async publicKeys(): Promise<Record<string, unknown>[]> {
    const known = await this.#known();
    const ageMs = this.timers.nowMs() - known.loadedAtMs;
    // While Vault does not answer, the keys that are known count.
    const reloaded = ageMs > STALE_MS ? this.reload().catch(() => undefined) : undefined;
    if (ageMs > TOO_OLD_MS) await reloaded;
    return (this.#keys ?? known).jwks;
  }

  async reload(): Promise<void> {
    if (this.timers.nowMs() - this.#triedAtMs < COOL_DOWN_MS) return;
    await this.#load();
  }

  async #known(): Promise<KeySet> {
    return this.#keys ?? this.#load();
  }

  #load(): Promise<KeySet> {
    this.#loading ??= this.#fetch().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #fetch(): Promise<KeySet> {
    this.#triedAtMs = this.timers.nowMs();
    const data = await this.transit.key(TOKENS_KEY);
    const versions = Object.entries((data?.keys ?? {}) as Record<string, { public_key?: unknown }>);
    const latest: unknown = data?.latest_version;
    if (typeof latest !== 'number' || versions.length === 0)
      throw badAnswer('a signing key without versions');
    const jwks = versions.map(([version, key]) => jwkOf(Number(version), key.public_key));
    this.#keys = { latest, jwks, loadedAtMs: this.timers.nowMs() };
    return this.#keys;
  }
}

function kidOf(version: number): string {
  return `${TOKENS_KEY}-v${version}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function jwkOf(version: number, pem: unknown): Record<string, unknown> {
  if (typeof pem !== 'string') throw badAnswer('a signing key without its public half');
  const jwk = createPublicKey(pem).export({ format: 'jwk' });
  return { ...jwk, kid: kidOf(version), alg: 'ES256', use: 'sig' };
}
