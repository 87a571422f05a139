import { randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import type { AuditEvent } from '../../domain/audit/audit.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { BrokerError } from '../../domain/errors.js';
import type { Hashable } from '../../ports/vault.js';
import type { IdempotencyRecord } from '../../ports/writing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { authorize } from '../gate/authorize.js';
import { finishIntent } from './finishIntent.js';
import { type Claim, claimKey } from './idempotencyKey.js';
import type { WritePorts } from './writePorts.js';

/** How long a request may hold its key before a repetition takes over. */
const LOCK_MS = 30_000;

interface Keyed {
  key: string;
  /** What makes two requests the same. */
  request: Hashable;
  action: 'credential.create' | 'credential.rotate';
  /** The credential that is meant; left out, the work makes one. The caller may do it: that was asked before. */
  credentialId?: string;
}

type Work = (claimed: { id: string; resumed: boolean }) => Promise<Credential>;

/**
 * Runs `work` once for (caller, key). The same request again gets the same credential; another request with the key
 * is refused; one that runs is `idempotency_in_progress`; one that a crash cut off is finished, never doubled.
 */
export async function withIdempotency(
  ports: WritePorts,
  call: CallContext,
  { key, request, action, credentialId: target }: Keyed,
  work: Work,
): Promise<{ credential: Credential; replayed: boolean }> {
  const { claim, before } = await claimKey(ports, call, {
    key,
    request,
    credentialId: target ?? randomUUID(),
    lockMs: LOCK_MS,
    begun: requested(call, action, target),
  });
  const earlier = before === null ? null : await earlierResult(ports, call, before, action);
  if (earlier !== null) return { credential: earlier, replayed: true };
  if (before !== null && target === undefined) await claimAnew(ports, call, claim);
  const id = target ?? claim.credentialId ?? randomUUID();
  return finish(ports, call, { key, action }, () => work({ id, resumed: before !== null }));
}

function requested(call: CallContext, action: Keyed['action'], credentialId?: string): AuditEvent {
  const begun =
    action === 'credential.create' ? 'credential.create_requested' : 'credential.update_requested';
  return auditEvent(call, begun, 'allowed', {
    ...(credentialId === undefined ? {} : { credentialId }),
    details: { idempotent: true },
  });
}

/**
 * What the first request began was undone, and its row keeps its id for the audit trail: the creation begins again
 * under the new id of `claim`, which a further repetition finds.
 */
async function claimAnew(ports: WritePorts, call: CallContext, claim: Claim): Promise<void> {
  await ports.changes.run(async (tx) => {
    tx.audit(requested(call, 'credential.create'));
    await tx.releaseIdempotency(claim.actor, claim.key);
    await tx.claimIdempotency(claim, ports.clock.now());
  });
}

/** The credential that the key made, or null when nothing of it is there and the work has to be done. */
async function earlierResult(
  ports: WritePorts,
  call: CallContext,
  before: IdempotencyRecord & { resumed: boolean },
  action: Keyed['action'],
): Promise<Credential | null> {
  if (before.credentialId === null) return null;
  if (before.state === 'done')
    return (await authorize(ports, call, before.credentialId, 'see', action)).credential;
  const access = await ports.records.access(call.caller, before.credentialId);
  const intent = await ports.records.openIntent(before.credentialId);
  if (access.credential === null) return null;
  // Without an open intent a creation is done; a rotation may not have begun, and beginning it again is harmless.
  if (intent === null)
    return access.credential.status === 'active' && action === 'credential.create' ? access.credential : null;
  if ((await finishIntent(ports, intent, access.credential)) !== 'completed') return null;
  return (await ports.records.access(call.caller, before.credentialId)).credential;
}

async function finish(
  ports: WritePorts,
  call: CallContext,
  { key, action }: Pick<Keyed, 'key' | 'action'>,
  work: () => Promise<Credential>,
) {
  const actor = call.caller.principal;
  const settled = { details: { idempotency: 'settled' } };
  try {
    const credential = await work();
    await ports.changes.run(async (tx) => {
      tx.audit(auditEvent(call, action, 'allowed', { credentialId: credential.id, ...settled }));
      await tx.finishIdempotency(actor, key, { status: 201, body: { id: credential.id } });
    });
    return { credential, replayed: false };
  } catch (error) {
    // A creation that failed was undone, a refused change never began: the key is free for another try.
    if (error instanceof BrokerError) {
      await ports.changes.run(async (tx) => {
        tx.audit(auditEvent(call, action, 'failed', { code: error.code, ...settled }));
        await tx.releaseIdempotency(actor, key);
      });
    }
    throw error;
  }
}
