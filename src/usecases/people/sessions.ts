import type { CallContext } from '../../domain/access/caller.js';
import { notFound } from '../../domain/errors.js';
import type { Session } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog'>;

/** The login that the call came with. `not_found` for callers who have none here. */
export async function currentSession(ports: Needs, call: CallContext): Promise<Session> {
  await requireActiveCaller(ports, call);
  return ownSession(ports, call, call.caller.session);
}

/** The caller's logins that have not ended, the newest first. */
export async function listSessions(ports: Needs, call: CallContext): Promise<Session[]> {
  await requireActiveCaller(ports, call);
  return ports.records.openSessions(call.caller.principal, ports.clock.now());
}

/** Ends one of the caller's logins at once, with its tokens. `not_found` for any other. */
export async function endOwnSession(ports: Needs, call: CallContext, id: string): Promise<void> {
  await requireActiveCaller(ports, call, 'auth.logout');
  const session = await ownSession(ports, call, id);
  const now = ports.clock.now();
  if (session.revokedAt !== null || session.expiresAt <= now) throw notFound('session');
  await ports.changes.run(async (tx) => {
    await tx.revokeSession(id, now);
    tx.audit(auditEvent(call, 'auth.logout', 'allowed', { details: { session: id } }));
  });
}

async function ownSession(ports: Needs, { caller }: CallContext, id: string | undefined): Promise<Session> {
  const session = id === undefined ? null : await ports.records.session(id);
  if (session?.principal !== caller.principal) throw notFound('session');
  return session;
}
