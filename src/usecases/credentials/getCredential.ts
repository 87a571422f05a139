import type { CallContext } from '../../domain/access/caller.js';
import type { Standing } from '../../domain/access/grant.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { Ports } from '../../ports/ports.js';
import { authorize } from '../gate/authorize.js';

/** Metadata and settings of one credential; never a value that is secret. */
export async function getCredential(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  id: string,
): Promise<{ credential: Credential } & Standing> {
  const { credential, isOwner, level } = await authorize(ports, call, id, 'see', 'credential.see');
  return { credential, isOwner, level };
}
