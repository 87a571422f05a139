import type { FieldValues } from '../../domain/credentials/fields.js';
import type { Connector } from '../../domain/services/connector.js';
import type { Ports } from '../../ports/ports.js';
import type { Hashable } from '../../ports/vault.js';
import { hashedContent } from '../writing/commitVersion.js';
import { hashedRequest } from '../writing/idempotency.js';
import { hashedAccount } from './accountKey.js';

interface ToHash {
  connector: Connector;
  values: FieldValues;
  credentialId: string;
  tested: boolean;
  /** Omitted: the request has no key, or was hashed before. */
  request?: Hashable | undefined;
}

export interface VersionHashes {
  /** Of what is stored, for the intent. */
  content: string;
  /** Of the account, where the values are tested. */
  accountKey: string | null;
  /** Of the request, where it was given. */
  request: string | null;
}

/** All keyed hashes that a new version needs, in one call to Vault. Before anything is stored: Vault may be away. */
export async function versionHashes(
  { fingerprints }: Pick<Ports, 'fingerprints'>,
  { connector, values, credentialId, tested, request }: ToHash,
): Promise<VersionHashes> {
  const [content = '', ...more] = await fingerprints.makeAll([
    hashedContent(credentialId, values),
    ...(tested ? [hashedAccount(connector, values)] : []),
    ...(request === undefined ? [] : [hashedRequest(request)]),
  ]);
  return {
    content,
    accountKey: tested ? (more.shift() ?? null) : null,
    request: request === undefined ? null : (more.shift() ?? null),
  };
}
