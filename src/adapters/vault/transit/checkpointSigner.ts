import { createPublicKey } from 'node:crypto';
import type { CheckpointSigner, SignedPayload } from '../../../ports/vault.js';
import { badAnswer } from '../connection/faults.js';
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
    async publicKeys() {
      const { keys = {} } = (await transit.key(AUDIT_KEY)) ?? {};
      return Object.entries(keys as Record<string, { public_key?: unknown }>)
        .map(([version, key]) => ({ version: Number(version), pem: pemOf(key.public_key) }))
        .sort((a, b) => a.version - b.version);
    },
  };
}

/** What comes before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Vault shows an Ed25519 key as base64 of its 32 bytes. */
function pemOf(publicKey: unknown): string {
  const bytes = Buffer.from(typeof publicKey === 'string' ? publicKey : '', 'base64');
  if (bytes.length !== 32) throw badAnswer('a signing key without its public half');
  const der = Buffer.concat([SPKI_PREFIX, bytes]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
    .export({ format: 'pem', type: 'spki' })
    .toString();
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
