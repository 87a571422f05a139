import type { CallContext } from '../../domain/access/caller.js';
import type { AuditAction, AuditEvent, AuditOutcome } from '../../domain/audit/audit.js';

/** An audit event of this call; `more` overrides what the call alone does not know. */
export function auditEvent(
  call: CallContext,
  action: AuditAction,
  outcome: AuditOutcome,
  more: Partial<Omit<AuditEvent, 'action' | 'outcome'>> = {},
): AuditEvent {
  return {
    action,
    outcome,
    actor: call.caller.principal,
    actorKind: call.caller.kind,
    requestId: call.requestId,
    ip: call.ip,
    credentialId: null,
    version: null,
    code: null,
    usedBy: call.usedBy ?? null,
    purpose: call.purpose ?? null,
    breakGlass: false,
    breakGlassReason: null,
    details: {},
    ...more,
  };
}
