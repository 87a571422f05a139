import type { Caller } from '../../domain/access/caller.js';
import type { AuditEvent } from '../../domain/audit/audit.js';
import { BrokerError } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { refuse } from '../gate/refuse.js';
import { callerOfPerson } from './beginSession.js';
import { anonymousCall, type From, type IssuedToken, issueToken } from './issueToken.js';

type Needs = Pick<
  Ports,
  'clock' | 'records' | 'changes' | 'auditLog' | 'loginAttempts' | 'fingerprints' | 'tokenSigner'
>;
/** A busy account is not written at each of its tokens. */
const LAST_USED_EVERY_MS = MINUTE_MS;
type AttemptPorts = Pick<Ports, 'auditLog' | 'loginAttempts'>;

/** One answer for whatever is wrong with a secret. */
export const wrong = (): BrokerError =>
  new BrokerError('unauthenticated', { detail: 'The client id or secret is wrong, expired or revoked.' });

/** RFC 6749 client credentials: a service account's id and secret → a short-lived token. */
export async function exchangeClientSecret(
  ports: Needs,
  clientId: string,
  secret: Secret,
  from: From,
): Promise<IssuedToken> {
  const account = await ports.records.serviceAccount(clientId);
  // An unknown id costs the same comparison, so that the time reveals nothing.
  const right = await atTurn(ports, clientId, from, async () => {
    const known = account?.secretHmac ?? (await ports.fingerprints.make('service-account', 'nobody'));
    return ports.fingerprints.matches('service-account', secret, known);
  });
  if (account === null || !right) return refuseStranger(ports, clientId, from);
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
  await recordUse(ports, {
    at: account.lastUsedAt,
    event,
    note: (tx, lastUsedAt) => tx.updateServiceAccount(account.id, { lastUsedAt }),
  });
  return token;
}

/** The id of the login in a refresh token; undefined for anything else. */
export const sessionIdOf = (token: string): string | undefined => /^gdr_([0-9a-f-]{36})_/.exec(token)?.[1];

/** A refresh token of a login → a new access token, as long as the person and the session are good. */
export async function exchangeRefreshToken(
  ports: Needs,
  sessionId: string,
  token: Secret,
  from: From,
): Promise<IssuedToken & { caller: Caller }> {
  const session = await ports.records.session(sessionId);
  const right = await atTurn(
    ports,
    sessionId,
    from,
    async () => session !== null && (await ports.fingerprints.matches('session', token, session.secretHmac)),
  );
  if (session === null || !right) return refuseStranger(ports, sessionId, from);
  const person = await ports.records.person(session.principal);
  const ended = session.revokedAt !== null || session.expiresAt <= ports.clock.now();
  if (person === null || person.disabled || ended)
    return refuse(ports, anonymousCall(from, session.principal), { action: 'auth.token' }, wrong());
  const caller = callerOfPerson(person, session.id);
  const issued = await issueToken(ports, caller, session.expiresAt);
  const event = auditEvent({ caller, ...from }, 'auth.token', 'allowed');
  await recordUse(ports, { at: session.lastUsedAt, event, note: (tx, at) => tx.sessionUsed(session.id, at) });
  return { ...issued, caller };
}

interface Use {
  /** The use before. */
  at: Date | null;
  event: AuditEvent;
  note(tx: ChangeTx, at: Date): Promise<void>;
}

/** Audits a use; notes its time unless that was done a moment ago. */
async function recordUse(ports: Needs, { at, event, note }: Use): Promise<void> {
  const now = ports.clock.now();
  if (now.getTime() - (at?.getTime() ?? 0) < LAST_USED_EVERY_MS) return ports.auditLog.record([event]);
  await ports.changes.run(async (tx) => {
    await note(tx, now);
    tx.audit(event);
  });
}

/** Counted per address in a separate lane: a flood of wrong secrets can't push out valid reads. */
export function refuseStranger(ports: AttemptPorts, account: string, from: From): never {
  const error = ports.loginAttempts.wrongSecret(account, from.ip) ?? wrong();
  ports.auditLog.countRefusal(from.ip, error.code);
  throw error;
}

/** Right secrets are never turned away for the wrong ones before: they wait for their turn only. */
export async function atTurn(
  { loginAttempts, auditLog }: AttemptPorts,
  account: string,
  { ip }: From,
  check: () => Promise<boolean>,
): Promise<boolean> {
  const leave = await loginAttempts.secret(account, ip).catch((error: unknown) => {
    auditLog.countRefusal(ip, 'rate_limited');
    throw error;
  });
  return check().finally(leave);
}
