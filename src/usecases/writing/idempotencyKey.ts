import type { CallContext } from '../../domain/access/caller.js';
import type { AuditEvent } from '../../domain/audit/audit.js';
import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';
import type { Hashable } from '../../ports/vault.js';
import type { IdempotencyRecord } from '../../ports/writing.js';

export type Claim = Omit<IdempotencyRecord, 'state' | 'response'>;

interface Wanted {
  key: string;
  /** What makes two requests the same. */
  request: Hashable;
  credentialId: string | null;
  /** How long a request may hold its key before a repetition takes over. */
  lockMs: number;
  /** Tells that the request was begun. */
  begun: AuditEvent;
}

/**
 * Claims (caller, key). `before` is null when the key is new; else the record of the first request, done or, `resumed`,
 * cut off. Rejects when the first was another request, or still runs.
 */
export async function claimKey(
  ports: Pick<Ports, 'clock' | 'changes' | 'fingerprints'>,
  call: CallContext,
  { key, request, credentialId, lockMs, begun }: Wanted,
): Promise<{ claim: Claim; before: (IdempotencyRecord & { resumed: boolean }) | null }> {
  const now = ports.clock.now();
  const claim: Claim = {
    actor: call.caller.principal,
    key,
    requestFingerprint: await ports.fingerprints.make('idempotency', request),
    credentialId,
    lockedUntil: new Date(now.getTime() + lockMs),
  };
  const before = await ports.changes.run(async (tx) => {
    tx.audit(begun);
    return tx.claimIdempotency(claim, now);
  });
  if (before === null) return { claim, before };
  if (!(await ports.fingerprints.matches('idempotency', request, before.requestFingerprint))) {
    throw new BrokerError('idempotency_key_reused', {
      detail: 'This Idempotency-Key was used for another request. Use a new one.',
    });
  }
  if (before.state === 'in_progress' && !before.resumed) {
    // As long as the first may still run; when it was cut off, a repetition takes over then.
    const retryAfterSeconds = Math.max(1, Math.ceil((before.lockedUntil.getTime() - now.getTime()) / 1000));
    throw new BrokerError('idempotency_in_progress', {
      detail: `The first request with this Idempotency-Key still runs, or was cut off. Repeat it in ${retryAfterSeconds} s.`,
      retryAfterSeconds,
    });
  }
  return { claim, before };
}
