import type { CallContext } from '../../domain/access/caller.js';
import type { FindingFilter, ListedFinding } from '../../ports/findings.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { requireActiveCaller } from '../gate/authorize.js';

/**
 * Findings of credentials that the caller or one of their service accounts owns, or that they manage. An admin sees
 * all, and paths that belong to no credential. Newest first.
 */
export async function listFindings(
  ports: Pick<Ports, 'records' | 'findings' | 'auditLog'>,
  call: CallContext,
  filter: Omit<FindingFilter, 'reach'>,
  page: PageRequest,
): Promise<Page<ListedFinding>> {
  await requireActiveCaller(ports, call);
  const { caller } = call;
  const all = caller.role === 'admin' && caller.kind === 'user';
  return ports.findings.list(all ? filter : { ...filter, reach: caller }, page);
}
