import type { CallContext } from '../../domain/access/caller.js';
import { invalid } from '../../domain/errors.js';
import { type Attention, attentionOf } from '../../domain/notices/attention.js';
import type { ListedCredential, ListFilter } from '../../ports/credentials.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { requireActiveCaller } from '../gate/authorize.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'auditLog'>;

/** A listed credential with what it needs attention for. */
export interface SeenInList extends ListedCredential {
  attention: Attention | null;
}

/** One page of what the caller may see, newest first unless the filter names an order. An admin sees all metadata. */
export async function listCredentials(
  ports: Needs,
  call: CallContext,
  filter: ListFilter,
  page: PageRequest,
): Promise<Page<SeenInList>> {
  await requireActiveCaller(ports, call, 'credential.list');
  const { items, ...more } = await ports.records.list(call.caller, filter, page);
  const now = ports.clock.now();
  const seen = items.map((item) => ({
    ...item,
    attention: attentionOf(item.credential, item.lastAdvice, now),
  }));
  return { ...more, items: seen };
}

/** What the caller may see, in numbers, with the few that expire or need attention first. */
export async function summarizeCredentials(ports: Needs, call: CallContext) {
  await requireActiveCaller(ports, call, 'credential.list');
  const { needs, ...summary } = await ports.records.summary(call.caller);
  const now = ports.clock.now();
  return {
    ...summary,
    needs: needs.map((need) => ({ ...need, attention: attentionOf(need, need.lastAdvice, now) })),
  };
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
