import { randomBytes } from 'node:crypto';
import type { Call, Role } from '../domain/caller.js';
import { BrokerError, notFound } from '../domain/errors.js';
import { Secret } from '../domain/secret.js';
import type { Person, Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { requireActiveCaller } from './authorize.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'passwords' | 'readAudit'>;

/** Twenty letters and digits, good for one login. No dash: in front, every command line takes it for an option. */
export function oneTimePassword(): Secret {
  return new Secret(randomBytes(15).toString('base64url').replaceAll('-', 'd').replaceAll('_', 'u'));
}

/** The caller must be an admin in good standing; a refusal is audited. */
export async function requireAdmin(ports: Pick<Ports, 'records' | 'readAudit'>, call: Call): Promise<void> {
  await requireActiveCaller(ports, call);
  if (call.caller.role === 'admin') return;
  await ports.readAudit.record([auditEvent(call, 'auth.refused', 'denied', { code: 'forbidden' })]);
  throw new BrokerError('forbidden', { detail: 'This needs the role admin.' });
}

/** The very first person. Only while there is nobody; the password must be changed at the first login. */
export async function createFirstAdmin(
  ports: Needs,
  input: { username: string; password: Secret },
): Promise<Person> {
  if ((await ports.records.people()).length > 0)
    throw new BrokerError('conflict', { detail: 'There are people already; an admin adds more.' });
  const call = systemCall();
  await ports.passwords.set(input.username, input.password);
  return addPerson(ports, call, input.username, 'admin');
}

export async function createUser(
  ports: Needs,
  call: Call,
  body: { username: string; role: Role },
): Promise<{ person: Person; password: Secret }> {
  await requireAdmin(ports, call);
  if ((await ports.records.person(`local:${body.username}`)) !== null) {
    throw new BrokerError('name_taken', { detail: `There is a user "${body.username}" already.` });
  }
  const password = oneTimePassword();
  // Without its row a password is of no use to anybody, so it may be set first.
  await ports.passwords.set(body.username, password);
  return { person: await addPerson(ports, call, body.username, body.role), password };
}

async function addPerson(ports: Needs, call: Call, username: string, role: Role): Promise<Person> {
  const person: Person = {
    principal: `local:${username}`,
    username,
    role,
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

export async function listUsers(ports: Needs, call: Call): Promise<Person[]> {
  await requireAdmin(ports, call);
  return ports.records.people();
}

/** Role and whether the account is disabled; the last admin can't be taken away. Disabling acts at once. */
export async function updateUser(
  ports: Needs,
  call: Call,
  username: string,
  patch: { role?: Role; disabled?: boolean },
): Promise<Person> {
  await requireAdmin(ports, call);
  const people = await ports.records.people();
  const person = people.find((p) => p.username === username);
  if (person === undefined) throw notFound('user');
  const staysAdmin = (patch.role ?? person.role) === 'admin' && !(patch.disabled ?? person.disabled);
  const others = people.some((p) => p.role === 'admin' && !p.disabled && p.principal !== person.principal);
  const isAdmin = person.role === 'admin' && !person.disabled;
  if (isAdmin && !staysAdmin && !others)
    throw new BrokerError('conflict', { detail: 'This is the last admin; make another one first.' });
  return ports.changes.run(async (tx) => {
    const changed = await tx.updatePerson(person.principal, patch);
    if (patch.disabled === true) await tx.revokeSessionsOf(person.principal, ports.clock.now());
    tx.audit(
      auditEvent(call, 'user.change', 'allowed', { details: { principal: person.principal, ...patch } }),
    );
    if (changed === null) throw notFound('user');
    return changed;
  });
}

/** A new one-time password; the person's logins end. */
export async function resetPassword(ports: Needs, call: Call, username: string): Promise<Secret> {
  await requireAdmin(ports, call);
  const person = await ports.records.person(`local:${username}`);
  if (person === null) throw notFound('user');
  const password = oneTimePassword();
  await ports.passwords.set(username, password);
  await ports.changes.run(async (tx) => {
    await tx.updatePerson(person.principal, { mustChangePassword: true });
    await tx.revokeSessionsOf(person.principal, ports.clock.now());
    tx.audit(
      auditEvent(call, 'user.password_reset', 'allowed', { details: { principal: person.principal } }),
    );
  });
  return password;
}

/** What the broker does of itself is audited as done by `system`. */
export function systemCall(): Call {
  return {
    caller: { kind: 'worker', principal: 'system', name: 'system', role: 'admin', mustChangePassword: false },
    requestId: 'system',
    ip: '',
  };
}
