import type { CheckpointSigner } from '../../ports/vault.js';
import { base64, type Transit } from './transit.js';
import { AUDIT_KEY } from './transitKeys.js';

/** Ed25519 by transit; the signature names the version of the key (`vault:v1:…`), so older ones go on verifying. */
export function createCheckpointSigner(transit: Transit): CheckpointSigner {
  return {
    sign: (payload) => transit.compute(`sign/${AUDIT_KEY}`, { input: base64(payload) }, 'signature'),
    verify: (payload, signature) =>
      transit.verify(`verify/${AUDIT_KEY}`, { input: base64(payload), signature }),
  };
}
