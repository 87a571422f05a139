import type { ReadableCredential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';

/**
 * The active version's values, and nothing but that version: Vault is asked for its number and must answer with
 * the `created_time` that was recorded. `conflict` while the credential is disabled or has no value yet.
 */
export async function activeValues(
  ports: Pick<Ports, 'store'>,
  credential: ReadableCredential,
): Promise<FieldValues> {
  if (credential.status === 'disabled') {
    throw new BrokerError('conflict', { detail: 'This credential is disabled. Enable it to use it again.' });
  }
  const { activeVersion } = credential;
  if (activeVersion === null) {
    throw new BrokerError('conflict', { detail: 'This credential has no value yet.' });
  }
  return ports.store.read(
    credential.vaultPath,
    activeVersion,
    credential.activeCreatedTime,
    credential.secretFields,
  );
}
