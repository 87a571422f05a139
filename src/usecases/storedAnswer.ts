import type { AuditAction } from '../domain/audit.js';
import type { Call } from '../domain/caller.js';
import { BrokerError } from '../domain/errors.js';
import type { Hashable } from '../ports/vault.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { claimKey } from './idempotencyKey.js';

/** Many credentials take their time; a repetition that takes over too early would work beside the first. */
const LOCK_MS = 300_000;

interface Keyed {
  /** Undefined: nothing is claimed and nothing is kept. */
  key: string | undefined;
  request: Hashable;
  action: AuditAction;
}

/**
 * Runs `work` once for (caller, key) and answers a repetition with what the first one answered, which is kept for a
 * day: plain JSON without a secret. `work` that a crash cut off runs again and must bear that.
 */
export async function withStoredAnswer<T>(
  ports: Pick<Ports, 'clock' | 'changes' | 'fingerprints'>,
  call: Call,
  { key, request, action }: Keyed,
  work: () => Promise<T>,
): Promise<{ answer: T; replayed: boolean }> {
  if (key === undefined) return { answer: await work(), replayed: false };
  const begun = auditEvent(call, action, 'allowed', { details: { idempotency: 'begun' } });
  const { before } = await claimKey(ports, call, {
    key,
    request,
    credentialId: null,
    lockMs: LOCK_MS,
    begun,
  });
  const kept = before?.state === 'done' ? before.response : null;
  if (kept !== null) return { answer: kept.body as T, replayed: true };
  const actor = call.caller.principal;
  const settled = { details: { idempotency: 'settled' } };
  try {
    const answer = await work();
    await ports.changes.run(async (tx) => {
      tx.audit(auditEvent(call, action, 'allowed', settled));
      await tx.finishIdempotency(actor, key, { status: 200, body: answer });
    });
    return { answer, replayed: false };
  } catch (error) {
    if (error instanceof BrokerError) {
      await ports.changes.run(async (tx) => {
        tx.audit(auditEvent(call, action, 'failed', { code: error.code, ...settled }));
        await tx.releaseIdempotency(actor, key);
      });
    }
    throw error;
  }
}
