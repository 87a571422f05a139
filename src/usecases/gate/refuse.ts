import { type CallContext, type Role, roleAtLeast } from '../../domain/access/caller.js';
import type { AuditAction } from '../../domain/audit/audit.js';
import { BrokerError } from '../../domain/errors.js';
import type { AuditLog } from '../../ports/auditTrail.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from './auditEvent.js';
import { requireActiveCaller } from './authorize.js';

/** What was asked for and refused, as the audit trail holds it. */
interface Refused {
  action: AuditAction;
  credentialId?: string;
  /** Names and ids only. */
  details?: Record<string, unknown>;
}

/** Audits a refusal, then rejects with it. */
export async function refuse(
  ports: { auditLog: Pick<AuditLog, 'record'> },
  call: CallContext,
  refused: Refused,
  error: BrokerError,
): Promise<never> {
  const { credentialId = null, details = {} } = refused;
  const more = { credentialId, code: error.code, details };
  await ports.auditLog.record([auditEvent(call, refused.action, 'denied', more)]);
  throw error;
}

/** The caller's account must be valid and have that role or a higher one; `forbidden`, audited, if not. */
export async function requireRole(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  role: Role,
  refused: Refused,
): Promise<void> {
  await requireActiveCaller(ports, call, refused.action);
  if (roleAtLeast(call.caller.role, role)) return;
  const higher = role === 'admin' ? '' : ' or higher';
  const detail = `This needs the role ${role}${higher}.`;
  await refuse(ports, call, refused, new BrokerError('forbidden', { detail }));
}
