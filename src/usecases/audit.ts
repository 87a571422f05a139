import type { AuditRow } from '../domain/audit.js';
import type { Call } from '../domain/caller.js';
import type { AuditProof } from '../ports/auditTrail.js';
import type { AuditFilter, Page, PageRequest } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { requireActiveCaller } from './authorize.js';
import { requireRole } from './refuse.js';

type Needs = Pick<Ports, 'records' | 'readAudit' | 'auditVerifier'>;

/** The audit trail: an admin sees all of it, everybody else what he did himself. */
export async function listAudit(
  ports: Needs,
  call: Call,
  filter: AuditFilter,
  page: PageRequest,
): Promise<Page<AuditRow>> {
  await requireActiveCaller(ports, call);
  const own = call.caller.role === 'admin' ? {} : { actor: call.caller.principal };
  return ports.records.auditEvents({ ...filter, ...own }, page);
}

/** Recomputes every chain and checks it against the signed checkpoints. Admin only. */
export async function verifyAudit(ports: Needs, call: Call): Promise<AuditProof> {
  await requireRole(ports, call, 'admin', { action: 'audit.verify' });
  return ports.auditVerifier.verify();
}
