import { Secret } from '../../domain/secret.js';
import { base64, type Transit } from './transit.js';
import { SEAL_KEY } from './transitKeys.js';

/** Seals short secrets that have to rest outside Vault (page sessions, notification targets). */
export interface Sealer {
  /** Text that may rest in Postgres. `context` is bound in: opening needs the same one. */
  seal(secret: Secret, context: string): Promise<string>;
  /** Rejects with `bad_store_answer` when the text was not sealed by us for this context. */
  open(sealed: string, context: string): Promise<Secret>;
  /** The same content under the newest version of the key; the content is not seen here. */
  rewrap(sealed: string, context: string): Promise<string>;
}

export function createSealer(transit: Transit): Sealer {
  return {
    seal: (secret, context) =>
      transit.compute(
        `encrypt/${SEAL_KEY}`,
        { plaintext: base64(secret.reveal()), associated_data: base64(context) },
        'ciphertext',
      ),
    open: async (sealed, context) => {
      const body = { ciphertext: sealed, associated_data: base64(context) };
      const plaintext = await transit.compute(`decrypt/${SEAL_KEY}`, body, 'plaintext');
      return new Secret(Buffer.from(plaintext, 'base64').toString('utf8'));
    },
    rewrap: (sealed, context) =>
      transit.compute(
        `rewrap/${SEAL_KEY}`,
        { ciphertext: sealed, associated_data: base64(context) },
        'ciphertext',
      ),
  };
}
