import { randomUUID } from 'node:crypto';
import { type CallContext, type Role, roleAtLeast } from '../../domain/access/caller.js';
import type { AuditAction } from '../../domain/audit/audit.js';
import { BrokerError, invalid, notFound } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import type { ServiceAccount, ServiceAccountSecret } from '../../ports/people.js';
import type { Ports } from '../../ports/ports.js';
import type { OpenedCredential } from '../../ports/sharing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireActiveCaller } from '../gate/authorize.js';
import { refuse } from '../gate/refuse.js';
import { breakGlassNotices, brokenGlass, openedByTaking, requireReasonFor } from '../sharing/breakGlass.js';
import { newSecret } from './issueToken.js';

type Needs = Pick<Ports, 'clock' | 'records' | 'changes' | 'auditLog' | 'fingerprints'>;

/** A new identity for a service. Its secret is shown this once and kept only as a keyed hash. People from engineer up. */
export async function createServiceAccount(
  ports: Needs,
  call: CallContext,
  body: { name: string; description: string; role: Role; expiresAt: Date | null },
): Promise<{ account: ServiceAccount; secret: Secret }> {
  await requireActiveCaller(ports, call, 'service_account.create');
  if (call.caller.kind !== 'user' || !roleAtLeast(call.caller.role, 'engineer')) {
    const detail = 'Creating service accounts needs the role engineer or higher.';
    const refused = { action: 'service_account.create', details: { name: body.name } } as const;
    await refuse(ports, call, refused, new BrokerError('forbidden', { detail }));
  }
  await refuseTooMany(ports, call);
  if (roleAtLeast(body.role, 'architect')) throw invalid({ field: 'role', rule: 'must be at most engineer' });
  const secret = newSecret('gdsa');
  const secretHmac = await ports.fingerprints.make('service-account', secret);
  const account: ServiceAccount = {
    id: randomUUID(),
    ...body,
    createdAt: ports.clock.now(),
    createdBy: call.caller.principal,
    revokedAt: null,
    lastUsedAt: null,
    disabled: false,
  };
  await ports.changes.run(async (tx) => {
    // An admin who disables the maker at this moment disables the account too.
    await tx.lockAccountsOf(account.createdBy);
    await requireActiveCaller(ports, call, 'service_account.create');
    await tx.insertServiceAccount({ ...account, secretHmac, secretId: randomUUID() });
    const { id, name, role } = account;
    tx.audit(auditEvent(call, 'service_account.create', 'allowed', { details: { id, name, role } }));
  });
  return { account, secret };
}

/** Limits are per caller; a caller with any number of accounts would have none. */
const MOST_ACCOUNTS = 50;

async function refuseTooMany({ clock, records }: Needs, { caller }: CallContext): Promise<void> {
  if (caller.role === 'admin') return;
  const now = clock.now();
  const own = (await records.serviceAccounts(caller.principal)).filter(
    ({ revokedAt, expiresAt }) => revokedAt === null && (expiresAt === null || expiresAt > now),
  );
  if (own.length < MOST_ACCOUNTS) return;
  throw new BrokerError('conflict', {
    detail: `You have ${MOST_ACCOUNTS} service accounts already. Revoke one that is not in use, or ask an admin to create it.`,
  });
}

/** An admin sees all, everyone else those they created. */
export async function listServiceAccounts(ports: Needs, call: CallContext): Promise<ServiceAccount[]> {
  await requireActiveCaller(ports, call);
  return call.caller.role === 'admin'
    ? ports.records.serviceAccounts()
    : ports.records.serviceAccounts(call.caller.principal);
}

/** Ends a service account at once, its running tokens included. */
export async function revokeServiceAccount(ports: Needs, call: CallContext, id: string): Promise<void> {
  const { name } = await ownAccount(ports, call, id, 'service_account.revoke');
  await ports.changes.run(async (tx) => {
    await tx.updateServiceAccount(id, { revokedAt: ports.clock.now() });
    tx.audit(auditEvent(call, 'service_account.revoke', 'allowed', { details: { id, name } }));
  });
}

/**
 * A new secret in place of the old one, which is refused from now on, with the tokens it was traded for. Of two resets
 * at once one is refused. Who holds the secret reads what the account reads, so an admin who did not make it has to say why.
 */
export async function resetServiceAccountSecret(
  ports: Needs,
  call: CallContext,
  id: string,
): Promise<{ account: ServiceAccount; secret: Secret }> {
  const account = await ownAccount(ports, call, id, 'service_account.secret_reset');
  if (!roleAtLeast(call.caller.role, 'engineer')) {
    const refused = { action: 'service_account.secret_reset', details: { id } } as const;
    const detail = 'Resetting the secret of a service account needs the role engineer or higher.';
    await refuse(ports, call, refused, new BrokerError('forbidden', { detail }));
  }
  if (account.revokedAt !== null)
    throw new BrokerError('conflict', { detail: 'This service account is revoked.' });
  const opened = await openedByReset(ports, call, account);
  const secret = newSecret('gdsa');
  const secretHmac = await ports.fingerprints.make('service-account', secret);
  await ports.changes.run(async (tx) => {
    if (!(await tx.replaceAccountSecret(account, { secretHmac, secretId: randomUUID() })))
      throw new BrokerError('conflict', {
        detail: 'This service account was changed in the meantime. Try again.',
      });
    const details = { id, name: account.name };
    const glass = brokenGlass(call, opened.length > 0);
    tx.audit(auditEvent(call, 'service_account.secret_reset', 'allowed', { details, ...glass }));
    await breakGlassNotices(tx, call, opened);
  });
  return { account, secret };
}

/** What an account of another creator may read that others own. */
async function openedByReset(
  ports: Needs,
  call: CallContext,
  account: ServiceAccount,
): Promise<OpenedCredential[]> {
  const me = call.caller.principal;
  if (account.createdBy === me) return [];
  const opened = await openedByTaking(ports, call, [`sa:${account.id}`]);
  const what = 'With its secret you could read what others share with this service account.';
  const details = { id: account.id, name: account.name };
  await requireReasonFor(ports, call, opened, { action: 'service_account.secret_reset', what, details });
  return opened;
}

/** The account, if the caller made it or is an admin; else it is as if it were not there. */
async function ownAccount(
  ports: Needs,
  call: CallContext,
  id: string,
  action: AuditAction,
): Promise<ServiceAccountSecret> {
  await requireActiveCaller(ports, call, action);
  const account = await ports.records.serviceAccount(id);
  const { role, principal } = call.caller;
  if (account !== null && (role === 'admin' || account.createdBy === principal)) return account;
  return refuse(ports, call, { action, details: { id } }, notFound('service account'));
}
