import type { Call } from '../domain/caller.js';
import type { FindingFilter, ListedFinding } from '../ports/findings.js';
import type { Page, PageRequest } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { requireActiveCaller } from './authorize.js';

/** Of the caller's own credentials; an admin sees all, and paths that belong to no credential. Newest first. */
export async function listFindings(
  ports: Pick<Ports, 'records' | 'findings' | 'readAudit'>,
  call: Call,
  filter: Omit<FindingFilter, 'owner'>,
  page: PageRequest,
): Promise<Page<ListedFinding>> {
  await requireActiveCaller(ports, call);
  const { caller } = call;
  const all = caller.role === 'admin' && caller.kind === 'user';
  return ports.findings.list(all ? filter : { ...filter, owner: caller.principal }, page);
}
