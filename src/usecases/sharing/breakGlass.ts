import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import { levelAtLeast, type Standing } from '../../domain/access/grant.js';
import type { AuditAction, AuditEvent } from '../../domain/audit/audit.js';
import { BrokerError } from '../../domain/errors.js';
import type { NoticeWrites } from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';
import type { OpenedCredential } from '../../ports/sharing.js';
import { refuse } from '../gate/refuse.js';

/** Commits the audit row of a break-glass read together with the notice to the credential's owner. */
export async function noticeBreakGlass(
  ports: Pick<Ports, 'changes'>,
  call: CallContext,
  credential: OpenedCredential,
  event: AuditEvent,
): Promise<void> {
  await ports.changes.run(async (tx) => {
    tx.audit(event);
    await breakGlassNotices(tx, call, [credential]);
  });
}

/** Puts a notice to the owner of each into the outbox of the running change. */
export async function breakGlassNotices(
  tx: NoticeWrites,
  call: CallContext,
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
      // Each one is reported. A period that the caller could choose, such as a request id, would let them hide the
      // second.
      period: randomUUID(),
      recipient: owner,
      body: { credential: name, ...told },
    })),
  );
}

/**
 * True when an admin acts on a credential by the role alone: they neither own nor manage it. Whatever opens it to anybody
 * then needs a reason, also to those whose secret the admin does not know now: the admin, or another one, may have learned
 * it before or may learn it later.
 */
export function actsByRole(call: CallContext, standing: Standing): boolean {
  return call.caller.role === 'admin' && !standing.isOwner && !levelAtLeast(standing.level, 'manage');
}

/** What an act of an admin opens to the `teams` and `principals` it reaches, without what the admin owns or manages. */
export async function openedToOthers(
  ports: Pick<Ports, 'records'>,
  call: CallContext,
  reached: { teams?: string[]; principals?: string[] },
): Promise<OpenedCredential[]> {
  if (call.caller.role !== 'admin') return [];
  const { teams = [], principals = [] } = reached;
  const apart = { caller: call.caller, level: 'manage' } as const;
  return ports.records.openedTo({ teams, principals, owned: false }, apart);
}

/** What `principals` own or may read and the caller may not: it opens to a caller who learns their secrets. */
export async function openedByTaking(
  ports: Pick<Ports, 'records'>,
  call: CallContext,
  principals: string[],
): Promise<OpenedCredential[]> {
  const apart = { caller: call.caller, level: 'read' } as const;
  return ports.records.openedTo({ teams: [], principals, owned: true }, apart);
}

/** A principal and the service accounts it made, whose secrets it may reset whenever it likes. */
export async function withAccounts(ports: Pick<Ports, 'records'>, principal: string): Promise<string[]> {
  const accounts = await ports.records.serviceAccounts(principal);
  return [principal, ...accounts.filter((a) => a.revokedAt === null).map((a) => `sa:${a.id}`)];
}

/** An act that needs a reason. */
export interface Opening {
  action: AuditAction;
  /** What would open to which users, as a sentence. */
  what: string;
  credentialId?: string;
  details?: Record<string, unknown>;
}

/** As `requireReason`, but only where something opens. */
export async function requireReasonFor(
  ports: Pick<Ports, 'auditLog'>,
  call: CallContext,
  opened: readonly OpenedCredential[],
  opening: Opening,
): Promise<void> {
  if (opened.length > 0) await requireReason(ports, call, opening);
}

/** Rejects with `reason_required`, audited, unless the call says why. */
export async function requireReason(
  ports: Pick<Ports, 'auditLog'>,
  call: CallContext,
  opening: Opening,
): Promise<void> {
  if (call.breakGlassReason !== undefined) return;
  const detail = `${opening.what} Add the header X-Break-Glass-Reason with a reason; the owners are notified.`;
  await refuse(ports, call, opening, new BrokerError('reason_required', { detail }));
}

/** What marks a break-glass act in its audit event. */
export function brokenGlass(
  call: CallContext,
  broken: boolean,
): Pick<AuditEvent, 'breakGlass' | 'breakGlassReason'> {
  return { breakGlass: broken, breakGlassReason: broken ? (call.breakGlassReason ?? null) : null };
}
