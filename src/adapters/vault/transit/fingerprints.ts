import { Secret } from '../../../domain/secret.js';
import type { Fingerprints, Hashable } from '../../../ports/vault.js';
import { badAnswer } from '../connection/faults.js';
import { base64, type Transit } from './transit.js';
import { FINGERPRINT_KEY } from './transitKeys.js';

/** HMAC-SHA-256 by transit over the purpose and the value; Vault compares in constant time. */
export function createFingerprints(transit: Transit): Fingerprints {
  const operation = `hmac/${FINGERPRINT_KEY}/sha2-256`;
  const isText = (value: unknown): value is string => typeof value === 'string';
  return {
    make: (purpose, value) => transit.compute(operation, { input: inputOf(purpose, value) }, 'hmac'),
    async makeAll(all) {
      if (all.length === 0) return [];
      const body = { batch_input: all.map(({ purpose, value }) => ({ input: inputOf(purpose, value) })) };
      const hashes = ((await transit.computeAll(operation, body, 'hmac')) ?? []).filter(isText);
      if (hashes.length !== all.length) throw badAnswer('another number of HMACs than was asked for');
      return hashes;
    },
    matches: (purpose, value, fingerprint) => {
      const body = { input: inputOf(purpose, value), hmac: fingerprint };
      return transit.verify(`verify/${FINGERPRINT_KEY}/sha2-256`, body);
    },
  };
}

function inputOf(purpose: string, value: Hashable): string {
  return base64(JSON.stringify([purpose, plain(value)]));
}

/** The same value always gives the same text: keys sorted, what is undefined left out, secrets opened. */
function plain(value: Hashable): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map((item: Hashable) => plain(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Record<string, Hashable>).filter(([, item]) => item !== undefined);
  // A list of pairs, because a plain object would put keys that look like numbers first.
  return { object: entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, plain(item)]) };
}
