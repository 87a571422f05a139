import type { CallContext } from '../../domain/access/caller.js';
import { levelAtLeast, readsByRight } from '../../domain/access/grant.js';
import type { AuditAction } from '../../domain/audit/audit.js';
import type { Ports } from '../../ports/ports.js';
import type { Authorized } from '../gate/authorize.js';
import { requireReason } from './breakGlass.js';

/**
 * True when an act of an admin opens values to those the owner shared them with, though the admin can't read them by
 * ownership or grant: restoring, enabling, another version. The admin must then give a reason.
 */
export async function reopens(
  ports: Pick<Ports, 'clock' | 'records' | 'auditLog'>,
  call: CallContext,
  granted: Authorized,
  { action, does }: { action: AuditAction; does: string },
): Promise<boolean> {
  if (call.caller.role !== 'admin' || readsByRight(call.caller, granted)) return false;
  const now = ports.clock.now();
  const credentialId = granted.credential.id;
  const grants = await ports.records.grants(credentialId);
  const live = grants.filter((g) => g.expiresAt === null || g.expiresAt > now);
  if (!live.some((g) => levelAtLeast(g.level, 'read'))) return false;
  const what = `This credential is not shared with you, and ${does} opens its values to others.`;
  await requireReason(ports, call, { action, what, credentialId });
  return true;
}
