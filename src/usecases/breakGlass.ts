import { randomUUID } from 'node:crypto';
import type { AuditAction, AuditEvent } from '../domain/audit.js';
import type { Call } from '../domain/caller.js';
import type { Credential } from '../domain/credential.js';
import { BrokerError } from '../domain/errors.js';
import type { ChangeTx, Ports } from '../ports.js';
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
    await breakGlassNotice(tx, call, credential);
  });
}

/** Puts the notice to the owner into the outbox of the running change. */
export async function breakGlassNotice(tx: ChangeTx, call: Call, credential: Credential): Promise<void> {
  await tx.notice({
    credentialId: credential.id,
    kind: 'break_glass',
    // Each one is told. A period that the caller could choose, such as his request id, would let him hide the second.
    period: randomUUID(),
    recipient: credential.owner,
    body: {
      credential: credential.name,
      actor: call.caller.principal,
      reason: call.breakGlassReason ?? null,
      request_id: call.requestId,
    },
  });
}

/** An admin's own principal and those of the live service accounts that he made: what opens to them opens to him. */
export async function principalsOf(ports: Pick<Ports, 'records'>, call: Call): Promise<string[]> {
  const accounts = await ports.records.serviceAccounts(call.caller.principal);
  return [call.caller.principal, ...accounts.filter((a) => a.revokedAt === null).map((a) => `sa:${a.id}`)];
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
