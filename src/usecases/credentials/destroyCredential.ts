import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { authorize } from '../gate/authorize.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'records' | 'changes' | 'auditLog'>;

/**
 * Marks a deleted credential for destruction: the reconciler, which alone may remove anything in Vault, does it
 * within minutes. It can't be taken back.
 */
export async function destroyCredential(ports: Needs, call: CallContext, id: string): Promise<Credential> {
  const { credential } = await authorize(ports, call, id, 'delete', 'credential.destroy');
  if (credential.status !== 'deleted') {
    throw new BrokerError('conflict', {
      detail: 'Only a deleted credential can be destroyed. Delete it first.',
    });
  }
  return ports.changes.run(async (tx) => {
    const row = await tx.lock(id);
    if (row?.status !== 'deleted')
      throw new BrokerError('conflict', { detail: 'This credential was restored in the meantime.' });
    tx.audit(
      auditEvent(call, 'credential.destroy', 'allowed', { credentialId: id, details: { step: 'marked' } }),
    );
    return tx.updateCredential(id, { status: 'destroying' }, call.caller.principal, ports.clock.now());
  });
}
