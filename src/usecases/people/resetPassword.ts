import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import { notFound } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import type { Notice } from '../../ports/notices.js';
import type { Person } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import type { OpenedCredential } from '../../ports/sharing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';
import {
  breakGlassNotices,
  brokenGlass,
  openedByTaking,
  requireReasonFor,
  withAccounts,
} from '../sharing/breakGlass.js';
import { inPasswordTurn } from './passwordTurn.js';
import { oneTimePassword } from './users.js';

export type ResetPorts = Pick<
  Ports,
  'clock' | 'records' | 'changes' | 'passwords' | 'passwordTurns' | 'auditLog'
>;

/** A new one-time password for a person. Admin only; what it opens needs a reason. */
export async function resetPassword(ports: ResetPorts, call: CallContext, username: string): Promise<Secret> {
  const principal = `local:${username}`;
  await requireRole(ports, call, 'admin', { action: 'user.password_reset', details: { principal } });
  const person = await ports.records.person(principal);
  if (person === null) throw notFound('user');
  const password = oneTimePassword();
  await giveOneTimePassword(ports, call, person, { password });
  return password;
}

/**
 * Ends the person's logins and their tokens, notifies the person, and sets the password. The rows come before Vault, and
 * the password is answered last. What ends in between leaves the old password, good only for choosing a new one, no login,
 * and a row of who reset it; the other way round it would leave a password that nobody knows, no row, and all logins.
 */
export async function giveOneTimePassword(
  ports: ResetPorts,
  call: CallContext,
  person: Person,
  { password, enable = false }: { password: Secret; enable?: boolean },
): Promise<void> {
  const { principal } = person;
  const opened = await openedByReset(ports, call, person);
  const glass = brokenGlass(call, opened.length > 0);
  const now = ports.clock.now();
  await inPasswordTurn(ports, principal, async () => {
    await ports.changes.run(async (tx) => {
      await breakGlassNotices(tx, call, opened);
      await tx.notice(resetNotice(call, principal));
      const enabled = enable ? { disabled: false, disabledAt: null, disabledBy: null } : {};
      await tx.updatePerson(principal, { mustChangePassword: true, ...enabled });
      await tx.revokeSessionsOf(principal, now);
      const details = { principal, ...(enable && { reason: call.breakGlassReason }) };
      tx.audit(auditEvent(call, 'user.password_reset', 'allowed', { details, ...glass }));
    });
    await setOrNote(ports, call, person, password);
  });
}

function resetNotice({ caller, requestId }: CallContext, recipient: string): Notice {
  const body = { actor: caller.principal, request_id: requestId };
  return { credentialId: null, kind: 'password_reset', period: randomUUID(), recipient, body };
}

/** A separate row records that Vault did not accept it, or gave no answer. */
async function setOrNote(
  ports: ResetPorts,
  call: CallContext,
  person: Person,
  password: Secret,
): Promise<void> {
  try {
    await ports.passwords.set(person.username, password);
  } catch (error) {
    const more = { code: 'store_unavailable', details: { principal: person.principal } };
    await ports.changes.run(async (tx) => tx.audit(auditEvent(call, 'user.password_reset', 'failed', more)));
    throw error;
  }
}

/** An admin who resets a password could use it before its person does. */
async function openedByReset(
  ports: ResetPorts,
  call: CallContext,
  { principal }: Person,
): Promise<OpenedCredential[]> {
  if (principal === call.caller.principal) return [];
  const opened = await openedByTaking(ports, call, await withAccounts(ports, principal));
  const what =
    'With this password you could read everything that this person and their service accounts can read.';
  const opening = { action: 'user.password_reset', what, details: { principal } } as const;
  await requireReasonFor(ports, call, opened, opening);
  return opened;
}
