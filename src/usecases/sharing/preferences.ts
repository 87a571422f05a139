import type { CallContext } from '../../domain/access/caller.js';
import type { ServiceType } from '../../domain/credentials/serviceType.js';
import type { Preference } from '../../domain/environment/variablePlan.js';
import { notFound } from '../../domain/errors.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';
import { type OfferPorts, receiverOf } from './offers.js';

/** What the caller, or an account that they made, prefers where several credentials claim the same. */
export async function listPreferences(
  ports: OfferPorts,
  call: CallContext,
  receiver: string | undefined,
): Promise<Preference[]> {
  await requireActiveCaller(ports, call);
  const { principal } = await receiverOf(ports, call, receiver ?? call.caller.principal, {
    tried: 'offer.list',
  });
  return ports.records.preferences(principal);
}

/**
 * Which credential fills variables or is chosen for service types, whatever else claims them; `credentialId` null: the
 * order of all others again. It must be one that the receiver may see.
 */
export async function setPreferences(
  ports: OfferPorts,
  call: CallContext,
  change: {
    receiver?: string | undefined;
    variables: string[];
    serviceTypes: ServiceType[];
    credentialId: string | null;
  },
): Promise<Preference[]> {
  await requireActiveCaller(ports, call, 'preference.set');
  const tried = 'preference.set' as const;
  const { principal } = await receiverOf(ports, call, change.receiver ?? call.caller.principal, { tried });
  if (change.credentialId !== null) await requireSeen(ports, call, principal, change.credentialId);
  const { variables, serviceTypes, credentialId } = change;
  const [by, at] = [call.caller.principal, ports.clock.now()];
  const wanted = [
    ...variables.map((name) => ({ kind: 'variable' as const, name })),
    ...serviceTypes.map((name) => ({ kind: 'service_type' as const, name: name as string })),
  ];
  await ports.changes.run(async (tx) => {
    for (const each of wanted) await tx.setPreference({ ...each, principal, credentialId, by, at });
    const details = { receiver: principal, variables, service_types: serviceTypes };
    tx.audit(auditEvent(call, tried, 'allowed', { credentialId, details }));
  });
  return ports.records.preferences(principal);
}

/** By ownership or grant: an admin's role alone gives no value, so it could not fill anything. */
async function requireSeen(
  ports: OfferPorts,
  call: CallContext,
  principal: string,
  id: string,
): Promise<void> {
  const { session: _, ...caller } = call.caller;
  const asAccount = { ...caller, kind: 'service_account', principal, role: 'engineer' } as const;
  const receiver = principal === caller.principal ? call.caller : asAccount;
  const { credential, isOwner, level } = await ports.records.access(receiver, id);
  if (credential !== null && (isOwner || level !== null)) return;
  await refuse(ports, call, { action: 'preference.set', details: { receiver: principal } }, notFound());
}
