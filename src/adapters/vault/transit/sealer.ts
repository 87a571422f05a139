import { Secret } from '../../../domain/secret.js';
import type { Sealer } from '../../../ports/vault.js';
import { badAnswer } from '../connection/faults.js';
import { base64, type Transit } from './transit.js';
import { SEAL_KEY } from './transitKeys.js';

/**
 * The context is inside what is sealed: transit's `rewrap` refuses what was encrypted with `associated_data`, and
 * rewrapping must not need the content.
 */
export function createSealer(transit: Transit): Sealer {
  return {
    seal: (secret, context) => {
      const plaintext = base64(JSON.stringify([context, secret.reveal()]));
      return transit.compute(`encrypt/${SEAL_KEY}`, { plaintext }, 'ciphertext');
    },
    open: async (sealed, context) => {
      const plaintext = await transit.compute(`decrypt/${SEAL_KEY}`, { ciphertext: sealed }, 'plaintext');
      const opened: unknown = JSON.parse(Buffer.from(plaintext, 'base64').toString('utf8'));
      const [bound, value] = Array.isArray(opened) ? opened : [];
      if (bound !== context || typeof value !== 'string')
        throw badAnswer('something sealed for another purpose');
      return new Secret(value);
    },
    rewrap: async (sealed) => {
      const moved = await transit.compute(`rewrap/${SEAL_KEY}`, { ciphertext: sealed }, 'ciphertext');
      return versionOf(moved) === versionOf(sealed) ? sealed : moved;
    },
  };
}

/** Vault writes `vault:v<N>:` before what it sealed. */
function versionOf(sealed: string): string | undefined {
  return /^vault:v\d+:/.exec(sealed)?.[0];
}
