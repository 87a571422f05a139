import type { CallContext } from '../../domain/access/caller.js';
import { invalid } from '../../domain/errors.js';
import type { ListedCredential, ListFilter } from '../../ports/credentials.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { requireActiveCaller } from '../gate/authorize.js';

/** One page of what the caller may see, newest first. An admin sees all metadata. */
export async function listCredentials(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  filter: ListFilter,
  page: PageRequest,
): Promise<Page<ListedCredential>> {
  await requireActiveCaller(ports, call, 'credential.list');
  return ports.records.list(call.caller, filter, page);
}

/** Labels of `key=value` texts. Rejects with `invalid_request`. */
export function labelsOf(pairs: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw invalid({ field: 'label', rule: 'must be key=value' });
    labels[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return labels;
}
