import type { Caller } from '../domain/caller.js';
import { BrokerError } from '../domain/errors.js';
import type { Secret } from '../domain/secret.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { anonymousCall, type From, type IssuedToken, issueToken } from './issueToken.js';
import { callerOfPerson } from './login.js';
import { refuse } from './refuse.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'readAudit' | 'fingerprints' | 'tokenSigner'>;
/** A busy account is not written at each of its tokens. */
const LAST_USED_EVERY_MS = 60_000;
const wrong = () =>
  new BrokerError('unauthenticated', { detail: 'The client id or secret is wrong, expired or revoked.' });

/** RFC 6749 client credentials: a service account's id and secret → a short-lived token. */
export async function exchangeClientSecret(
  ports: Needs,
  clientId: string,
  secret: Secret,
  from: From,
): Promise<IssuedToken> {
  const account = await ports.records.serviceAccount(clientId);
  const now = ports.clock.now();
  // An unknown id costs the same comparison, so that the time tells nothing.
  const known = account?.secretHmac ?? (await ports.fingerprints.make('service-account', 'nobody'));
  const right = await ports.fingerprints.matches('service-account', secret, known);
  if (account === null || !right) return refuseStranger(ports, from);
  const caller: Caller = {
    kind: 'service_account',
    principal: `sa:${account.id}`,
    name: account.name,
    role: account.role,
    mustChangePassword: false,
    ...(account.secretId !== null && { session: account.secretId }),
  };
  const call = { caller, ...from };
  if (!(await ports.records.callerActive(caller)))
    return refuse(ports, call, { action: 'auth.token' }, wrong());
  const token = await issueToken(ports, caller);
  const event = auditEvent(call, 'auth.token', 'allowed');
  const lastUsed = account.lastUsedAt?.getTime() ?? 0;
  if (now.getTime() - lastUsed < LAST_USED_EVERY_MS) await ports.readAudit.record([event]);
  else {
    await ports.changes.run(async (tx) => {
      await tx.updateServiceAccount(account.id, { lastUsedAt: now });
      tx.audit(event);
    });
  }
  return token;
}

/** A refresh token of a login → a new access token, as long as the person and the session are good. */
export async function exchangeRefreshToken(
  ports: Needs,
  sessionId: string,
  token: Secret,
  from: From,
): Promise<IssuedToken> {
  const session = await ports.records.session(sessionId);
  if (session === null || !(await ports.fingerprints.matches('session', token, session.secretHmac)))
    return refuseStranger(ports, from);
  const person = await ports.records.person(session.principal);
  const ended = session.revokedAt !== null || session.expiresAt <= ports.clock.now();
  if (person === null || person.disabled || ended)
    return refuse(ports, anonymousCall(from, session.principal), { action: 'auth.token' }, wrong());
  const caller = callerOfPerson(person, session.id);
  const issued = await issueToken(ports, caller);
  await ports.readAudit.record([auditEvent({ caller, ...from }, 'auth.token', 'allowed')]);
  return issued;
}

/** Counted per address in a lane of its own: a flood of wrong secrets can't push out good reads. */
function refuseStranger(ports: Needs, from: From): never {
  ports.readAudit.countRefusal(from.ip, 'unauthenticated');
  throw wrong();
}
