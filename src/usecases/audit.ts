import type { AuditRow } from '../domain/audit.js';
import type { Call } from '../domain/caller.js';
import { BrokerError } from '../domain/errors.js';
import type { AuditFilter, AuditProof, Page, PageRequest, Ports } from '../ports.js';
import { requireActiveCaller } from './authorize.js';

type Needs = Pick<Ports, 'records' | 'auditVerifier'>;

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
  await requireActiveCaller(ports, call);
  if (call.caller.role !== 'admin')
    throw new BrokerError('forbidden', { detail: 'Verifying the audit trail needs the role admin.' });
  return ports.auditVerifier.verify();
}
