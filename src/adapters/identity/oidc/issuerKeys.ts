import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type IdTokenAlgorithm, LoginFailure } from '../../../domain/people/issuer.js';
import { MINUTE_MS } from '../../../domain/time/units.js';
import type { Clock } from '../../../ports/runtime.js';
import type { IssuerHttp } from './issuerHttp.js';

interface Key {
  kid: string | undefined;
  alg: string | undefined;
  type: string;
  key: KeyObject;
}

/** A key that the issuer withdrew counts no longer than this. */
const FRESH_MS = 10 * MINUTE_MS;
/** Tokens with made-up key ids cause no more requests than this. */
const COOL_DOWN_MS = 30_000;
const MOST_KEYS = 100;

/** The public keys of one issuer, by key id. Only its own description says where they are. */
export class IssuerKeys {
  #keys: Key[] = [];
  #loadedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;

  constructor(
    private readonly http: IssuerHttp,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** The one key that a token with this header may be signed with. Rejects with `issuer_unavailable`. */
  async find(
    address: string,
    kid: string | undefined,
    alg: IdTokenAlgorithm,
  ): Promise<KeyObject | undefined> {
    if (this.#age() >= FRESH_MS) await this.#load(address);
    const found = this.#among(kid, alg);
    if (found !== undefined || this.#age() < COOL_DOWN_MS) return found;
    await this.#load(address);
    return this.#among(kid, alg);
  }

  #age(): number {
    return this.clock.now().getTime() - this.#loadedAt;
  }

  /** Without a key id only where one key fits. */
  #among(kid: string | undefined, alg: IdTokenAlgorithm): KeyObject | undefined {
    const fitting = this.#keys.filter((one) => one.type === typeOf(alg) && (one.alg ?? alg) === alg);
    const named = kid === undefined ? fitting : fitting.filter((one) => one.kid === kid);
    return named.length === 1 ? named[0]?.key : undefined;
  }

  #load(address: string): Promise<void> {
    this.#loading ??= this.#fetch(address).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #fetch(address: string): Promise<void> {
    const { status, body } = await this.http.get(address);
    const { keys } = body;
    if (status !== 200 || !Array.isArray(keys))
      throw new LoginFailure('issuer_unavailable', 'the issuer has no key set');
    this.#keys = keys.slice(0, MOST_KEYS).flatMap(keyOf);
    this.#loadedAt = this.clock.now().getTime();
  }
}

/** RSA, EC or OKP, never a shared key; one that is not for signatures is left out. */
function keyOf(jwk: unknown): Key[] {
  const { kty, kid, alg, use } = Object(jwk) as Record<string, unknown>;
  if (!['RSA', 'EC', 'OKP'].includes(String(kty)) || (use !== undefined && use !== 'sig')) return [];
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const curve = key.asymmetricKeyDetails?.namedCurve;
    const type = `${key.asymmetricKeyType}${curve === undefined ? '' : ` ${curve}`}`;
    return [
      {
        kid: typeof kid === 'string' ? kid : undefined,
        alg: typeof alg === 'string' ? alg : undefined,
        type,
        key,
      },
    ];
  } catch {
    return [];
  }
}

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'ec prime256v1',
  ES384: 'ec secp384r1',
  ES512: 'ec secp521r1',
  EdDSA: 'ed25519',
};

const typeOf = (alg: IdTokenAlgorithm): string => CURVES[alg] ?? 'rsa';
