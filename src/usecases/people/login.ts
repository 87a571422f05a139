import type { CallContext, Client } from '../../domain/access/caller.js';
import { BrokerError, invalid } from '../../domain/errors.js';
import { passwordProblem } from '../../domain/people/password.js';
import type { Secret } from '../../domain/secret.js';
import type { Person } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';
import { beginSession, type LoggedIn } from './beginSession.js';
import { anonymousCall, type From } from './issueToken.js';
import { inPasswordTurn } from './passwordTurn.js';
import { isLocal } from './users.js';

type Needs = Pick<
  Ports,
  | 'clock'
  | 'records'
  | 'changes'
  | 'auditLog'
  | 'passwords'
  | 'passwordTurns'
  | 'loginAttempts'
  | 'loginPolicy'
  | 'fingerprints'
  | 'tokenSigner'
>;

const NOBODY = 'nobody-of-that-name';
const wrongLogin = () =>
  new BrokerError('unauthenticated', {
    detail: 'The user name or the password is wrong, or the account is disabled.',
  });

/** Name and password → a token and a session. Wrong, unknown and disabled are one answer. */
export async function login(
  ports: Needs,
  body: { username: string; password: Secret },
  from: From,
  client: Client = 'api',
): Promise<LoggedIn> {
  const username = body.username.trim().toLowerCase();
  const principal = `local:${username}`;
  const attempt = await ports.loginAttempts.password(username, from.ip).catch((wait: unknown) => {
    // Nobody has authenticated yet: what is turned away is counted, not written one by one.
    ports.auditLog.countRefusal(from.ip, 'rate_limited');
    throw wait;
  });
  let person: Person | null;
  let right: boolean;
  try {
    // An unknown name, which may be a password in the wrong line, costs the same and does not reach Vault's address.
    person = await ports.records.person(principal);
    right = await ports.passwords.check(person?.username ?? NOBODY, body.password);
    attempt.ended(person !== null && right);
  } finally {
    attempt.leave();
  }
  const call: CallContext = anonymousCall(from, principal);
  if (person === null || !right) {
    ports.auditLog.countRefusal(from.ip, 'unauthenticated');
    throw wrongLogin();
  }
  if (person.disabled) return refuse(ports, call, { action: 'auth.login' }, wrongLogin());
  return beginSession(ports, person, { client, from });
}

/**
 * Sets a new password after checking the present one; ends the person's other logins, with their tokens. Of several changes
 * at once one is done, and the others reject with `conflict`.
 */
export async function changePassword(
  ports: Needs,
  call: CallContext,
  body: { currentPassword: Secret; newPassword: Secret },
): Promise<void> {
  await requireActiveCaller(ports, call, 'user.password_change');
  const { principal, session } = call.caller;
  const person = await ports.records.person(principal);
  if (person === null || !isLocal(person)) {
    const detail = 'Your account has no password here: it belongs to another issuer or is a service account.';
    return refuse(ports, call, { action: 'user.password_change' }, new BrokerError('forbidden', { detail }));
  }
  const problem = passwordProblem(body.newPassword, person.username);
  if (problem !== undefined) throw invalid({ field: 'new_password', rule: problem });
  await inPasswordTurn(ports, principal, async () => {
    await checkPresentPassword(ports, call, person, body);
    await ports.passwords.set(person.username, body.newPassword);
    await ports.changes.run(async (tx) => {
      await tx.updatePerson(principal, { mustChangePassword: false });
      await tx.revokeSessionsOf(principal, ports.clock.now(), session);
      tx.audit(auditEvent(call, 'user.password_change', 'allowed'));
    });
  });
}

async function checkPresentPassword(
  ports: Needs,
  call: CallContext,
  person: Person,
  body: { currentPassword: Secret; newPassword: Secret },
): Promise<void> {
  const refused = { action: 'user.password_change' } as const;
  const attempt = await ports.loginAttempts.password(person.username, call.ip).catch((error: unknown) => {
    if (error instanceof BrokerError) return refuse(ports, call, refused, error);
    throw error;
  });
  let right: boolean;
  try {
    right = await ports.passwords.check(person.username, body.currentPassword);
    attempt.ended(right);
  } finally {
    attempt.leave();
  }
  if (!right) {
    const wrong = invalid({ field: 'current_password', rule: 'is not the current password' });
    return refuse(ports, call, refused, wrong);
  }
  if (body.newPassword.equals(body.currentPassword))
    throw invalid({ field: 'new_password', rule: 'must differ from the current one' });
}

/**
 * Ends one login at once, with its tokens: the one that the refresh token is of, or the one that the call came with.
 * A caller without a login here (another issuer's, a service account) has none to end.
 */
export async function logout(ports: Needs, call: CallContext, sessionId: string | undefined): Promise<void> {
  await requireActiveCaller(ports, call, 'auth.logout');
  const id = sessionId ?? call.caller.session;
  const session = id === undefined ? null : await ports.records.session(id);
  await ports.changes.run(async (tx) => {
    if (session?.principal === call.caller.principal) await tx.revokeSession(session.id, ports.clock.now());
    tx.audit(auditEvent(call, 'auth.logout', 'allowed'));
  });
}
