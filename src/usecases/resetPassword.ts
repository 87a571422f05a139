import { randomUUID } from 'node:crypto';
import type { Call } from '../domain/caller.js';
import { notFound } from '../domain/errors.js';
import type { Secret } from '../domain/secret.js';
import type { ChangeTx } from '../ports/changes.js';
import type { Person } from '../ports/people.js';
import type { OpenedCredential } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import {
  breakGlassNotices,
  brokenGlass,
  openedByTaking,
  requireReasonFor,
  withAccounts,
} from './breakGlass.js';
import { requireRole } from './refuse.js';
import { oneTimePassword } from './users.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'passwords' | 'readAudit'>;

/**
 * A new one-time password; the person's logins and their tokens end, and he gets a notice. The rows come before Vault, and
 * the password is told last. What ends in between leaves the old password, good only for choosing a new one, no login, and
 * a row of who reset it; the other way round it would leave a password that nobody knows, no row, and all logins.
 */
export async function resetPassword(ports: Needs, call: Call, username: string): Promise<Secret> {
  const principal = `local:${username}`;
  const details = { principal };
  await requireRole(ports, call, 'admin', { action: 'user.password_reset', details });
  const person = await ports.records.person(principal);
  if (person === null) throw notFound('user');
  const opened = await openedByReset(ports, call, person);
  const glass = brokenGlass(call, opened.length > 0);
  await ports.changes.run(async (tx) => {
    await breakGlassNotices(tx, call, opened);
    await tx.notice({
      credentialId: null,
      kind: 'password_reset',
      period: randomUUID(),
      recipient: principal,
      body: { actor: call.caller.principal, request_id: call.requestId },
    });
    await endLogins(tx, principal, ports.clock.now());
    tx.audit(auditEvent(call, 'user.password_reset', 'allowed', { details, ...glass }));
  });
  const password = oneTimePassword();
  await setOrNote(ports, call, person, password);
  // Who chose a password by the old one meanwhile has lost it again, and must change this one all the same.
  if ((await ports.records.person(principal))?.mustChangePassword === false)
    await ports.changes.run(async (tx) => {
      await endLogins(tx, principal, ports.clock.now());
      tx.audit(auditEvent(call, 'user.password_reset', 'allowed', { details, ...glass }));
    });
  return password;
}

async function endLogins(tx: ChangeTx, principal: string, at: Date): Promise<void> {
  await tx.updatePerson(principal, { mustChangePassword: true });
  await tx.revokeSessionsOf(principal, at);
}

/** A row of its own says that Vault did not take it, or gave no answer. */
async function setOrNote(ports: Needs, call: Call, person: Person, password: Secret): Promise<void> {
  try {
    await ports.passwords.set(person.username, password);
  } catch (error) {
    const more = { code: 'store_unavailable', details: { principal: person.principal } };
    await ports.changes.run(async (tx) => tx.audit(auditEvent(call, 'user.password_reset', 'failed', more)));
    throw error;
  }
}

/** Whoever resets a password could use it before its person does, and read what the person owns or may read. */
async function openedByReset(ports: Needs, call: Call, { principal }: Person): Promise<OpenedCredential[]> {
  if (principal === call.caller.principal) return [];
  const opened = await openedByTaking(ports, call, await withAccounts(ports, principal));
  const what = 'With this password you could read what this person and their service accounts may read.';
  const opening = { action: 'user.password_reset', what, details: { principal } } as const;
  await requireReasonFor(ports, call, opened, opening);
  return opened;
}
