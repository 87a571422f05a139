import type { CallContext } from '../../domain/access/caller.js';
import type { ListedAuditRow } from '../../domain/audit/audit.js';
import { CHECKPOINTS } from '../../domain/audit/checkpoint.js';
import type {
  ArchivedRow,
  AuditArchive,
  AuditFilter,
  AuditProof,
  Checkpointed,
  NumberedCheckpoint,
} from '../../ports/auditTrail.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { requireRole } from '../gate/refuse.js';
import { type Marker, type MarkerReader, readMarker } from '../reconcile/restoreMarker.js';

type Needs = Pick<Ports, 'records' | 'auditLog' | 'auditVerifier' | 'findings'> & MarkerReader;

/** The audit trail: an admin sees all of it, everybody else what they did themselves. */
export async function listAudit(
  ports: Needs,
  call: CallContext,
  filter: AuditFilter,
  page: PageRequest,
): Promise<Page<ListedAuditRow>> {
  await requireActiveCaller(ports, call);
  const own = call.caller.role === 'admin' ? {} : { actor: call.caller.principal };
  return ports.records.auditEvents(call.caller, { ...filter, ...own }, page);
}

/** Recomputes every chain and checks it against the signed checkpoints. Admin only. */
export async function verifyAudit(ports: Needs, call: CallContext): Promise<AuditProof> {
  await requireRole(ports, call, 'admin', { action: 'audit.verify' });
  return proveAudit(ports);
}

/** Also against the newest checkpoint that Vault remembers, so that those that were cut show. */
export async function proveAudit(
  ports: Pick<Ports, 'auditVerifier' | 'findings'> & MarkerReader,
): Promise<AuditProof> {
  const marker = await readMarker(ports);
  const proof = await ports.auditVerifier.verify();
  if (marker === null || (await ports.findings.knowsCheckpoint(marker))) return proof;
  const problem = 'deleted: Vault has this checkpoint on record, and it is missing or different';
  const problems = [{ chain: CHECKPOINTS, seq: marker.number, problem }, ...proof.problems];
  return { ...proof, ok: false, problemCount: proof.problemCount + 1, problems };
}

/** Signs the audit up to now, for an export that is about to begin, which is audited. Admin only. */
export async function checkpointNow(
  ports: Needs,
  call: CallContext,
): Promise<Checkpointed & { remembered: Marker | null }> {
  await requireRole(ports, call, 'admin', { action: 'audit.export' });
  await ports.auditLog.record([auditEvent(call, 'audit.export', 'allowed')]);
  const remembered = await readMarker(ports);
  const checkpointed = await ports.auditVerifier.checkpoint({ keyed: remembered?.keyed ?? false });
  return { ...checkpointed, remembered };
}

type Exports = Pick<Ports, 'records' | 'auditLog' | 'auditArchive'>;

/** Admin only. */
export async function exportCheckpoints(
  ports: Exports,
  call: CallContext,
  page: Parameters<AuditArchive['checkpoints']>[0],
): Promise<NumberedCheckpoint[]> {
  await requireRole(ports, call, 'admin', { action: 'audit.export' });
  return ports.auditArchive.checkpoints(page);
}

/** Admin only. */
export async function exportRows(
  ports: Exports,
  call: CallContext,
  page: Parameters<AuditArchive['rows']>[0],
): Promise<ArchivedRow[]> {
  await requireRole(ports, call, 'admin', { action: 'audit.export' });
  return ports.auditArchive.rows(page);
}

/** The public keys of checkpoints. Admin only. */
export async function auditKeys(
  ports: Pick<Ports, 'records' | 'auditLog' | 'checkpointSigner'>,
  call: CallContext,
): Promise<{ version: number; pem: string }[]> {
  await requireRole(ports, call, 'admin', { action: 'audit.key' });
  return ports.checkpointSigner.publicKeys();
}
