import type { Call } from '../domain/caller.js';
import { BrokerError, invalid, notFound } from '../domain/errors.js';
import type { DisabledPrincipal } from '../ports/people.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { requireRole } from './refuse.js';
import { updateUser } from './users.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'passwords' | 'readAudit'>;

const PRINCIPAL = /^[a-z][a-z0-9_-]*:[^\p{Cc}]{1,200}$/u;

/** Everybody who is shut out, of whatever issuer. Admin only. */
export async function listDisabled(ports: Needs, call: Call): Promise<DisabledPrincipal[]> {
  await requireRole(ports, call, 'admin', { action: 'user.list' });
  return ports.records.disabledPrincipals();
}

/**
 * Shuts somebody out, or lets him in again, whoever issues his tokens; acts on his next call. The accounts of another
 * issuer are not ours to know, so nobody is refused for being unknown there. Admin only.
 */
export async function setDisabled(
  ports: Needs,
  call: Call,
  principal: string,
  disabled: boolean,
): Promise<void> {
  if (principal.startsWith('local:')) {
    await updateUser(ports, call, principal.slice('local:'.length), { disabled });
    return;
  }
  const details = { principal, disabled };
  await requireRole(ports, call, 'admin', { action: 'user.change', details });
  if (!PRINCIPAL.test(principal))
    throw invalid({ field: 'principal', rule: 'must be <issuer>:<subject>, such as glassdome:7' });
  if (principal.startsWith('sa:') && (await ports.records.serviceAccount(principal.slice(3))) === null)
    throw notFound('service account');
  if (disabled && principal === call.caller.principal)
    throw new BrokerError('conflict', { detail: 'This is your own account; ask another admin.' });
  await ports.changes.run(async (tx) => {
    if (disabled) await tx.disablePrincipal(principal, call.caller.principal, ports.clock.now());
    else await tx.enablePrincipal(principal);
    tx.audit(auditEvent(call, 'user.change', 'allowed', { details }));
  });
}
