import type { CallContext } from '../../domain/access/caller.js';
import type { AuditEvent } from '../../domain/audit/audit.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError, notFound } from '../../domain/errors.js';
import type { UsageRow } from '../../ports/credentials.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { refuseEnded } from '../gate/authorize.js';
import { readable } from './findOne.js';
import { type Found, locator, queryOf, type Selector } from './locateCredential.js';
import { usageOf } from './readCredential.js';
import { readMany } from './readMany.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'records' | 'store' | 'auditLog'>;

export type ResolvedItem =
  | {
      status: 'ok';
      credential: Credential;
      version: number;
      values: FieldValues /** One field, for `env` items. */;
      only?: string;
    }
  | { status: 'error'; error: BrokerError };

/**
 * Many credentials in one round trip, in the order asked: one authorization statement, Vault read in parallel, one
 * audit batch. One item's failure is its own; when Vault can serve none of them the whole call is `store_unavailable`.
 * Never breaks glass.
 */
export async function resolveCredentials(
  ports: Needs,
  call: CallContext,
  items: readonly Selector[],
): Promise<ResolvedItem[]> {
  const all = await ports.records.candidates(call.caller, queryOf(items));
  if (!all.callerActive) return refuseEnded(ports, call, { tried: 'credential.resolve' });
  const found = items.map(locator(all, readable(call.caller, all.candidates)));
  const wanted = found.flatMap((f) => ('error' in f ? [] : [f.candidate.credential]));
  const values = await readMany(ports, call, wanted);
  const results = found.map((f) => resultOf(f, values));
  await audit(ports, call, { items, found, results });
  failWholeWhenStoreIsDown(wanted.length, [...values.values()]);
  return results;
}

function resultOf(found: Found, values: Map<string, FieldValues | BrokerError>): ResolvedItem {
  if ('error' in found) return { status: 'error', error: found.error };
  const { credential } = found.candidate;
  const read = values.get(credential.id) ?? notFound();
  if (read instanceof BrokerError) return { status: 'error', error: read };
  const version = credential.activeVersion ?? 0;
  return {
    status: 'ok',
    credential,
    version,
    values: read,
    ...(found.only === undefined ? {} : { only: found.only }),
  };
}

interface Resolved {
  items: readonly Selector[];
  found: readonly Found[];
  results: readonly ResolvedItem[];
}

async function audit(ports: Needs, call: CallContext, { items, found, results }: Resolved): Promise<void> {
  const events: AuditEvent[] = [];
  const usage = new Map<string, UsageRow>();
  for (const [index, where] of found.entries()) {
    if ('error' in where) {
      const { error, credentialId } = where;
      const details = { item: index, ...askedFor(items[index]) };
      const more = { credentialId, code: error.code, details };
      events.push(auditEvent(call, 'credential.resolve', 'denied', more));
      continue;
    }
    const { id: credentialId, activeVersion: version } = where.candidate.credential;
    const result = results[index];
    const code = result?.status === 'error' ? result.error.code : null;
    const outcome = code === null ? 'allowed' : 'failed';
    const details = { item: index };
    events.push(auditEvent(call, 'credential.resolve', outcome, { credentialId, version, code, details }));
    usage.set(credentialId, usageOf(ports, call, credentialId, code));
  }
  await ports.auditLog.record(events, [...usage.values()]);
}

/** What an item that was refused named. */
function askedFor(item: Selector | undefined): { asked?: Record<string, string> } {
  if (item === undefined) return {};
  const { serviceType, labels, ...others } = { serviceType: undefined, labels: undefined, ...item };
  const asked = { service_type: serviceType, ...others };
  const named = Object.entries(asked).filter((part): part is [string, string] => typeof part[1] === 'string');
  return { asked: Object.fromEntries(named) };
}

/** A caller that gets some values and an empty rest may take the rest for unset; with Vault away nothing is answered. */
export function failWholeWhenStoreIsDown(
  wanted: number,
  results: readonly (FieldValues | BrokerError)[],
): void {
  const down = results.find(
    (r): r is BrokerError => r instanceof BrokerError && r.code === 'store_unavailable',
  );
  if (wanted > 0 && down !== undefined) throw down;
}
