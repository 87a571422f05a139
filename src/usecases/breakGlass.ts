import { randomUUID } from 'node:crypto';
import type { AuditAction, AuditEvent } from '../domain/audit.js';
import type { Call } from '../domain/caller.js';
import type { Credential } from '../domain/credential.js';
import { BrokerError } from '../domain/errors.js';
import type { ChangeTx } from '../ports/changes.js';
import type { OpenedCredential } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { refuse } from './refuse.js';

/** Commits the audit row of a break-glass read together with the notice to the credential's owner. */
export async function noticeBreakGlass(
  ports: Pick<Ports, 'changes'>,
  call: Call,
  credential: Credential,
  event: AuditEvent,
): Promise<void> {
  await ports.changes.run(async (tx) => {
    tx.audit(event);
    await breakGlassNotices(tx, call, [credential]);
  });
}

/** Puts a notice to the owner of each into the outbox of the running change. */
export async function breakGlassNotices(
  tx: ChangeTx,
  call: Call,
  opened: readonly OpenedCredential[],
): Promise<void> {
  const told = {
    actor: call.caller.principal,
    reason: call.breakGlassReason ?? null,
    request_id: call.requestId,
  };
  await tx.notices(
    opened.map(({ id, name, owner }) => ({
      credentialId: id,
      kind: 'break_glass',
      // Each one is told. A period that the caller could choose, such as his request id, would let him hide the second.
      period: randomUUID(),
      recipient: owner,
      body: { credential: name, ...told },
    })),
  );
}

/**
 * An admin's own principal and those of the accounts that he made, of services and of people: he knew their first
 * secret, so what opens to them opens to him.
 */
export async function principalsOf(ports: Pick<Ports, 'records'>, call: Call): Promise<string[]> {
  const me = call.caller.principal;
  const accounts = (await ports.records.serviceAccounts(me)).filter((a) => a.revokedAt === null);
  const people = (await ports.records.people()).filter((person) => person.createdBy === me);
  return [me, ...accounts.map((a) => `sa:${a.id}`), ...people.map((person) => person.principal)];
}

/** What others own and `principal` may read: what opens to whoever takes that principal over. */
export async function openedByTaking(
  ports: Pick<Ports, 'records'>,
  call: Call,
  principal: string,
): Promise<OpenedCredential[]> {
  const readable = await ports.records.openedTo({ principal });
  return readable.filter((credential) => credential.owner !== call.caller.principal);
}

/** What an admin must say why he does it. */
export interface Opening {
  action: AuditAction;
  /** What would open to whom, as a sentence. */
  what: string;
  credentialId?: string;
  details?: Record<string, unknown>;
}

/** Rejects with `reason_required`, audited, unless the call says why. */
export async function requireReason(
  ports: Pick<Ports, 'readAudit'>,
  call: Call,
  opening: Opening,
): Promise<void> {
  if (call.breakGlassReason !== undefined) return;
  const detail = `${opening.what} Say why in the header X-Break-Glass-Reason; the owner is told.`;
  await refuse(ports, call, opening, new BrokerError('reason_required', { detail }));
}

/** What tells a break-glass act in its audit event. */
export function brokenGlass(
  call: Call,
  broken: boolean,
): Pick<AuditEvent, 'breakGlass' | 'breakGlassReason'> {
  return { breakGlass: broken, breakGlassReason: broken ? (call.breakGlassReason ?? null) : null };
}
