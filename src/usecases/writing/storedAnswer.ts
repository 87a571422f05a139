import type { CallContext } from '../../domain/access/caller.js';
import type { AuditAction } from '../../domain/audit/audit.js';
import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';
import type { Hashable } from '../../ports/vault.js';
import { auditEvent } from '../gate/auditEvent.js';
import { claimKey } from './idempotencyKey.js';

/** Many credentials take their time; a repetition that takes over too early would work beside the first. */
const LOCK_MS = 300_000;

interface Keyed {
  /** Undefined: nothing is claimed and nothing is kept. */
  key: string | undefined;
  request: Hashable;
  action: AuditAction;
}

/** An answer that is made once, and made again from the little that is kept of it. */
interface Work<T, K> {
  run: () => Promise<T>;
  /** What is kept: ids and counts, never a text of the request. */
  kept: (answer: T) => K;
  replay: (kept: K) => Promise<T>;
}

/**
 * Runs `run` once for (caller, key) and answers a repetition from what is kept of the first answer for a day. `run` that
 * a crash cut off runs again and must bear that.
 */
export async function withStoredAnswer<T, K>(
  ports: Pick<Ports, 'clock' | 'changes' | 'fingerprints'>,
  call: CallContext,
  { key, request, action }: Keyed,
  { run, kept, replay }: Work<T, K>,
): Promise<{ answer: T; replayed: boolean }> {
  if (key === undefined) return { answer: await run(), replayed: false };
  const begun = auditEvent(call, action, 'allowed', { details: { idempotency: 'begun' } });
  const { before } = await claimKey(ports, call, {
    key,
    request,
    credentialId: null,
    lockMs: LOCK_MS,
    begun,
  });
  const stored = before?.state === 'done' ? before.response : null;
  if (stored !== null) return { answer: await replay(stored.body as K), replayed: true };
  const actor = call.caller.principal;
  const settled = { details: { idempotency: 'settled' } };
  try {
    const answer = await run();
    await ports.changes.run(async (tx) => {
      tx.audit(auditEvent(call, action, 'allowed', settled));
      await tx.finishIdempotency(actor, key, { status: 200, body: kept(answer) });
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
