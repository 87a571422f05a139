import { randomBytes } from 'node:crypto';
import { type CallContext, type Role, roleAtLeast } from '../../domain/access/caller.js';
import { BrokerError, invalid, notFound } from '../../domain/errors.js';
import { oneTimePasswordProblem } from '../../domain/people/password.js';
import { Secret } from '../../domain/secret.js';
import type { MadeBy, Person } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import type { OpenedCredential } from '../../ports/sharing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';
import { systemCall } from '../gate/systemCall.js';
import {
  breakGlassNotices,
  brokenGlass,
  openedByTaking,
  openedToOthers,
  requireReasonFor,
} from '../sharing/breakGlass.js';
import { lostRace } from '../writing/writeVersion.js';
import { disableWith, openedByEnabling } from './disabling.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'passwords' | 'auditLog'>;

/** True for people whose password is here. */
export const isLocal = ({ principal }: Pick<Person, 'principal'>): boolean => principal.startsWith('local:');

/** Twenty letters and digits, good for one login. No dash: in front, every command line takes it for an option. */
export function oneTimePassword(): Secret {
  return new Secret(randomBytes(15).toString('base64url').replaceAll('-', 'd').replaceAll('_', 'u'));
}

/** The very first person. Only while there is nobody; the password must be changed at the first login. */
export async function createFirstAdmin(
  ports: Needs,
  input: { username: string; password: Secret },
): Promise<Person> {
  if ((await ports.records.people()).some(isLocal))
    throw new BrokerError('conflict', {
      detail:
        'Users already exist; an admin can add more. To recover an admin who cannot log in, use --reset.',
    });
  const problem = oneTimePasswordProblem(input.password);
  if (problem !== undefined) throw invalid({ field: 'password', rule: problem });
  // No other person can be added meanwhile, and an admin without a password could not be created again.
  await ports.passwords.set(input.username, input.password);
  return addPerson(ports, systemCall(), { username: input.username, role: 'admin', email: null });
}

/** Adds a person with a one-time password. `name_taken` when the name exists, whose password is not changed. */
export async function createUser(
  ports: Needs,
  call: CallContext,
  body: { username: string; role: Role; email: string | null },
): Promise<{ person: Person; password: Secret }> {
  const details = { principal: `local:${body.username}`, role: body.role };
  await requireRole(ports, call, 'admin', { action: 'user.create', details });
  // The person of that name had nothing before, unless something was left over for it.
  const opened = await openedByTaking(ports, call, [details.principal]);
  const what = `Something is shared with ${details.principal} already.`;
  await requireReasonFor(ports, call, opened, { action: 'user.create', what, details });
  // The row first: of two who ask for one name at once only its winner may set a password.
  const person = await addPerson(ports, call, body, opened);
  const password = oneTimePassword();
  try {
    await ports.passwords.set(body.username, password);
  } catch (error) {
    await takeBack(ports, call, person);
    throw error;
  }
  return { person, password };
}

async function takeBack(ports: Needs, call: CallContext, { principal }: Person): Promise<void> {
  await ports.changes.run(async (tx) => {
    await tx.deletePerson(principal);
    const more = { code: 'store_unavailable', details: { principal } };
    tx.audit(auditEvent(call, 'user.create', 'failed', more));
  });
}

async function addPerson(
  ports: Needs,
  call: CallContext,
  { username, role, email }: Pick<Person, 'username' | 'role' | 'email'>,
  opened: readonly OpenedCredential[] = [],
): Promise<Person> {
  const person: Person = {
    principal: `local:${username}`,
    username,
    name: null,
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
    const details = { principal: person.principal, role };
    tx.audit(
      auditEvent(call, 'user.create', 'allowed', { details, ...brokenGlass(call, opened.length > 0) }),
    );
    await breakGlassNotices(tx, call, opened);
  });
  return person;
}

/** Everybody who logs in here. Admin only. */
export async function listUsers(ports: Needs, call: CallContext): Promise<Person[]> {
  await requireRole(ports, call, 'admin', { action: 'user.list' });
  return ports.records.people();
}

/** What may change of a person. */
export type UserPatch = Partial<Pick<Person, 'role' | 'disabled' | 'email'>>;

/**
 * Role, address, and whether the account is disabled; the last admin stays. Disabling takes effect immediately, also
 * on the service accounts the person created. An admin gives a reason when enabling or raising a person who can then
 * read what others own.
 */
export async function updateUser(
  ports: Needs,
  call: CallContext,
  username: string,
  { keepServiceAccounts = false, ...patch }: UserPatch & { keepServiceAccounts?: boolean },
): Promise<{ person: Person; made: MadeBy }> {
  const principal = `local:${username}`;
  await requireRole(ports, call, 'admin', { action: 'user.change', details: { principal, ...patch } });
  const before = await ports.records.person(principal);
  if (before === null) throw notFound('user');
  const now = ports.clock.now();
  const since = disabledSince(before, patch, call, now);
  const opened = await openedByUpdate(ports, call, before, patch);
  const person = await ports.changes.run(async (tx) => {
    // Locked before the change: of two admins who disable each other at once, one is the last.
    const admins = await tx.lockAdmins();
    const current = await tx.lockPerson(principal);
    if (current?.role !== before.role || current.disabled !== before.disabled) throw lostRace('user');
    const changed = await tx.updatePerson(principal, { ...patch, ...since });
    if (changed === null) throw notFound('user');
    const staysAdmin = changed.role === 'admin' && !changed.disabled;
    if (!staysAdmin && admins.length === 1 && admins[0]?.principal === principal)
      throw new BrokerError('conflict', { detail: 'This is the last admin. Appoint another one first.' });
    const { disabled } = patch;
    if (disabled !== undefined)
      await disableWith(tx, call, principal, { disabled, keepServiceAccounts, now });
    if (disabled === true) await tx.revokeSessionsOf(principal, now);
    const details = { principal, ...patch };
    const glass = brokenGlass(call, opened.length > 0);
    tx.audit(auditEvent(call, 'user.change', 'allowed', { details, ...glass }));
    await breakGlassNotices(tx, call, opened);
    return changed;
  });
  return { person, made: await ports.records.madeBy(principal) };
}

/**
 * What becomes readable to a person who is enabled again, or who was an observer: grants open no value to observers.
 */
async function openedByUpdate(
  ports: Needs,
  call: CallContext,
  before: Person,
  patch: UserPatch,
): Promise<OpenedCredential[]> {
  const { principal } = before;
  if (before.disabled && patch.disabled === false) return openedByEnabling(ports, call, principal);
  const { role = before.role } = patch;
  if (roleAtLeast(before.role, 'engineer') || !roleAtLeast(role, 'engineer')) return [];
  const opened = await openedToOthers(ports, call, { principals: [principal] });
  const what = `With this role ${principal} can read what other owners share with them (${opened.length}).`;
  await requireReasonFor(ports, call, opened, { action: 'user.change', what, details: { principal } });
  return opened;
}

/** When and by which principal, where that changes. */
function disabledSince(before: Person, { disabled }: UserPatch, { caller }: CallContext, now: Date) {
  if (disabled === undefined || disabled === before.disabled) return {};
  return disabled
    ? { disabledAt: now, disabledBy: caller.principal }
    : { disabledAt: null, disabledBy: null };
}
