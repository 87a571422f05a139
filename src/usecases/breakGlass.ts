import type { AuditEvent } from '../domain/audit.js';
import type { Call } from '../domain/caller.js';
import type { Credential } from '../domain/credential.js';
import type { ChangeTx, Ports } from '../ports.js';

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
    period: call.requestId,
    recipient: credential.owner,
    body: {
      credential: credential.name,
      actor: call.caller.principal,
      reason: call.breakGlassReason ?? null,
    },
  });
}
