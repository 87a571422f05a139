import { randomBytes, randomUUID } from 'node:crypto';
import type { Call, Role } from '../domain/caller.js';
import { BrokerError, invalid, notFound } from '../domain/errors.js';
import { passwordProblem } from '../domain/password.js';
import { Secret } from '../domain/secret.js';
import type { ChangeTx } from '../ports/changes.js';
import type { Person } from '../ports/people.js';
import type { OpenedCredential } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { breakGlassNotices, brokenGlass, openedByTaking, requireReason } from './breakGlass.js';
import { requireRole } from './refuse.js';
import { systemCall } from './systemCall.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'passwords' | 'readAudit'>;

/** Twenty letters and digits, good for one login. No dash: in front, every command line takes it for an option. */
export function oneTimePassword(): Secret {
  return new Secret(randomBytes(15).toString('base64url').replaceAll('-', 'd').replaceAll('_', 'u'));
}

/** The very first person. Only while there is nobody; the password must be changed at the first login. */
export async function createFirstAdmin(
  ports: Needs,
  input: { username: string; password: Secret },
): Promise<Person> {
  if ((await ports.records.people()).length > 0)
    throw new BrokerError('conflict', { detail: 'There are people already; an admin adds more.' });
  const problem = passwordProblem(input.password);
  if (problem !== undefined) throw invalid({ field: 'password', rule: problem });
  // Nobody else can be added meanwhile, and an admin without a password could not be made anew.
  await ports.passwords.set(input.username, input.password);
  return addPerson(ports, systemCall(), { username: input.username, role: 'admin', email: null });
}

/** Adds a person with a one-time password. `name_taken` when the name is somebody's, whose password stays his. */
export async function createUser(
  ports: Needs,
  call: Call,
  body: { username: string; role: Role; email: string | null },
): Promise<{ person: Person; password: Secret }> {
  const details = { principal: `local:${body.username}`, role: body.role };
  await requireRole(ports, call, 'admin', { action: 'user.create', details });
  // The row first: of two who ask for one name at once only its winner may set a password.
  const person = await addPerson(ports, call, body);
  const password = oneTimePassword();
  try {
    await ports.passwords.set(body.username, password);
  } catch (error) {
    await takeBack(ports, call, person);
    throw error;
  }
  return { person, password };
}

async function takeBack(ports: Needs, call: Call, { principal }: Person): Promise<void> {
  await ports.changes.run(async (tx) => {
    await tx.deletePerson(principal);
    const more = { code: 'store_unavailable', details: { principal } };
    tx.audit(auditEvent(call, 'user.create', 'failed', more));
  });
}

async function addPerson(
  ports: Needs,
  call: Call,
  { username, role, email }: Pick<Person, 'username' | 'role' | 'email'>,
): Promise<Person> {
  const person: Person = {
    principal: `local:${username}`,
    username,
    role,
    email,
    disabled: false,
    mustChangePassword: true,
    createdAt: ports.clock.now(),
    createdBy: call.caller.principal,
    lastLoginAt: null,
  };
  await ports.changes.run(async (tx) => {
    await tx.insertPerson(person);
    tx.audit(auditEvent(call, 'user.create', 'allowed', { details: { principal: person.principal, role } }));
  });
  return person;
}

/** Everybody who logs in here. Admin only. */
export async function listUsers(ports: Needs, call: Call): Promise<Person[]> {
  await requireRole(ports, call, 'admin', { action: 'user.list' });
  return ports.records.people();
}

/** Role, address, and whether the account is disabled; the last admin can't be taken away. Disabling acts at once. */
export async function updateUser(
  ports: Needs,
  call: Call,
  username: string,
  patch: { role?: Role; disabled?: boolean; email?: string | null },
): Promise<Person> {
  const principal = `local:${username}`;
  await requireRole(ports, call, 'admin', { action: 'user.change', details: { principal, ...patch } });
  const since = shutOut(await ports.records.person(principal), patch, call, ports.clock.now());
  return ports.changes.run(async (tx) => {
    // Locked before the change: of two admins who take each other away at once, one is told that he is the last.
    const admins = await tx.lockAdmins();
    const changed = await tx.updatePerson(principal, { ...patch, ...since });
    if (changed === null) throw notFound('user');
    const staysAdmin = changed.role === 'admin' && !changed.disabled;
    if (!staysAdmin && admins.length === 1 && admins[0]?.principal === principal)
      throw new BrokerError('conflict', { detail: 'This is the last admin; make another one first.' });
    if (patch.disabled === true) await tx.revokeSessionsOf(principal, ports.clock.now());
    tx.audit(auditEvent(call, 'user.change', 'allowed', { details: { principal, ...patch } }));
    return changed;
  });
}

/** Since when and by whom, where that changes. */
function shutOut(before: Person | null, { disabled }: { disabled?: boolean }, { caller }: Call, now: Date) {
  if (disabled === undefined || disabled === before?.disabled) return {};
  return disabled
    ? { disabledAt: now, disabledBy: caller.principal }
    : { disabledAt: null, disabledBy: null };
}

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
  const opened = await openedByTaking(ports, call, principal);
  if (opened.length > 0) {
    const what = 'With this password you could read what its person may read.';
    const details = { principal };
    await requireReason(ports, call, { action: 'user.password_reset', what, details });
  }
  return opened;
}
