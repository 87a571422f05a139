import type { CallContext } from '../../domain/access/caller.js';
import { type Credential, RESTORE_DAYS, restorableUntil } from '../../domain/credentials/credential.js';
import { checkRevision } from '../../domain/credentials/revision.js';
import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { authorize } from '../gate/authorize.js';
import { breakGlassNotices, brokenGlass } from '../sharing/breakGlass.js';
import { reopens } from '../sharing/reopens.js';
import { lostRace } from '../writing/writeVersion.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog'>;

/** Soft delete: reads are refused from the commit on; the value stays in Vault for 30 days. Repeating it is harmless. */
export async function deleteCredential(
  ports: Needs,
  call: CallContext,
  id: string,
  options: { ifMatch?: number } = {},
): Promise<Credential> {
  const { credential } = await authorize(ports, call, id, 'delete', 'credential.delete');
  if (credential.status === 'deleted') return credential;
  checkRevision(credential, options.ifMatch);
  const now = ports.clock.now();
  return ports.changes.run(async (tx) => {
    const row = await tx.lock(id);
    if (row === null || row.revision !== credential.revision) throw lostRace();
    tx.audit(auditEvent(call, 'credential.delete', 'allowed', { credentialId: id }));
    const patch = { status: 'deleted' as const, deletedAt: now, deletedBy: call.caller.principal };
    return tx.updateCredential(id, patch, call.caller.principal, now);
  });
}

/** Brings a deleted credential back within 30 days. `name_taken` when its name is used again. */
export async function restoreCredential(ports: Needs, call: CallContext, id: string): Promise<Credential> {
  const granted = await authorize(ports, call, id, 'delete', 'credential.restore');
  const { credential } = granted;
  if (credential.status !== 'deleted') {
    throw new BrokerError('conflict', { detail: 'This credential is not deleted.' });
  }
  const now = ports.clock.now();
  if (restorableUntil(credential) < now)
    throw new BrokerError('gone', {
      detail: `It can no longer be restored: it was deleted more than ${RESTORE_DAYS} days ago.`,
    });
  const breakGlass = await reopens(ports, call, granted, {
    action: 'credential.restore',
    does: 'restoring it',
  });
  return ports.changes.run(async (tx) => {
    const row = await tx.lock(id);
    if (row?.status !== 'deleted') throw lostRace();
    const glass = brokenGlass(call, breakGlass);
    tx.audit(auditEvent(call, 'credential.restore', 'allowed', { credentialId: id, ...glass }));
    if (breakGlass) await breakGlassNotices(tx, call, [credential]);
    const status = row.activeVersion === null ? ('pending' as const) : ('active' as const);
    return tx.updateCredential(id, { status, deletedAt: null, deletedBy: null }, call.caller.principal, now);
  });
}
