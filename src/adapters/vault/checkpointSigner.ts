import type { CheckpointSigner, SignedPayload } from '../../ports/vault.js';
import { base64, type Transit } from './transit.js';
import { AUDIT_KEY } from './transitKeys.js';

/** What one request holds: far below what Vault takes, and answered well within its time. */
const MOST_AT_ONCE = 200;
const MOST_CHARACTERS = 500_000;

/** Ed25519 by transit; the signature names the version of the key (`vault:v1:…`), so older ones go on verifying. */
export function createCheckpointSigner(transit: Transit): CheckpointSigner {
  return {
    sign: (payload) => transit.compute(`sign/${AUDIT_KEY}`, { input: base64(payload) }, 'signature'),
    async verify(signed) {
      const verdicts: boolean[] = [];
      for (const batch of batchesOf(signed)) {
        const inputs = batch.map(({ payload, signature }) => ({ input: base64(payload), signature }));
        verdicts.push(...(await transit.verifyAll(`verify/${AUDIT_KEY}`, inputs)));
      }
      return verdicts;
    },
  };
}

function batchesOf(signed: readonly SignedPayload[]): SignedPayload[][] {
  const batches: SignedPayload[][] = [];
  let batch: SignedPayload[] = [];
  let characters = 0;
  for (const each of signed) {
    const full = batch.length >= MOST_AT_ONCE || characters + each.payload.length > MOST_CHARACTERS;
    if (full && batch.length > 0) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(each);
    characters += each.payload.length;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}
