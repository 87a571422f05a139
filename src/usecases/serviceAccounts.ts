import { randomUUID } from 'node:crypto';
import { type Call, type Role, roleAtLeast } from '../domain/caller.js';
import { BrokerError, notFound } from '../domain/errors.js';
import type { Secret } from '../domain/secret.js';
import type { Ports, ServiceAccount } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { requireActiveCaller } from './authorize.js';
import { newSecret } from './issueToken.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'readAudit' | 'fingerprints'>;

/** A new identity for a service. Its secret is shown this once and kept only as a keyed hash. People from engineer up. */
export async function createServiceAccount(
  ports: Needs,
  call: Call,
  body: { name: string; description: string; role: Role; expiresAt: Date | null },
): Promise<{ account: ServiceAccount; secret: Secret }> {
  await requireActiveCaller(ports, call);
  if (call.caller.kind !== 'user' || !roleAtLeast(call.caller.role, 'engineer')) {
    throw new BrokerError('forbidden', {
      detail: 'Creating service accounts is for people with the role engineer or higher.',
    });
  }
  const secret = newSecret('gdsa');
  const secretHmac = await ports.fingerprints.make('service-account', secret);
  const account: ServiceAccount = {
    id: randomUUID(),
    ...body,
    createdAt: ports.clock.now(),
    createdBy: call.caller.principal,
    revokedAt: null,
    lastUsedAt: null,
  };
  await ports.changes.run(async (tx) => {
    await tx.insertServiceAccount({ ...account, secretHmac });
    tx.audit(
      auditEvent(call, 'service_account.create', 'allowed', {
        details: { id: account.id, name: account.name, role: account.role },
      }),
    );
  });
  return { account, secret };
}

/** An admin sees all, everybody else those he made. */
export async function listServiceAccounts(ports: Needs, call: Call): Promise<ServiceAccount[]> {
  await requireActiveCaller(ports, call);
  return call.caller.role === 'admin'
    ? ports.records.serviceAccounts()
    : ports.records.serviceAccounts(call.caller.principal);
}

/** Ends a service account at once, its running tokens included. */
export async function revokeServiceAccount(ports: Needs, call: Call, id: string): Promise<void> {
  await requireActiveCaller(ports, call);
  const account = await ports.records.serviceAccount(id);
  if (account === null || (call.caller.role !== 'admin' && account.createdBy !== call.caller.principal))
    throw notFound('service account');
  await ports.changes.run(async (tx) => {
    await tx.updateServiceAccount(id, { revokedAt: ports.clock.now() });
    tx.audit(auditEvent(call, 'service_account.revoke', 'allowed', { details: { id, name: account.name } }));
  });
}
