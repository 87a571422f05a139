import type { CallContext } from '../../domain/access/caller.js';
import type { AuditAction } from '../../domain/audit/audit.js';
import { BrokerError } from '../../domain/errors.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { Ports } from '../../ports/ports.js';
import type { Hashable, Hashed } from '../../ports/vault.js';
import type { IdempotencyClaim, IdempotencyRecord } from '../../ports/writing.js';
import { auditEvent } from '../gate/auditEvent.js';

type Needs = Pick<Ports, 'clock' | 'changes' | 'fingerprints' | 'idempotencyKeys'>;

export interface KeyedRequest {
  key: string;
  /** What makes two requests the same. */
  request: Hashable;
  /** Hash of `hashedRequest(request)`. */
  fingerprint: string;
  action: AuditAction;
  /** The credential that is changed, or the one that is made. */
  credentialId: string | null;
  /** How long a request may hold its key before a repetition takes over. */
  lockMs: number;
}

/** The key is ours: the work has to be done. */
export interface ClaimedKey<T> {
  /** An earlier request with the key was cut off. */
  resumed: boolean;
  /** Keeps the answer, in the transaction in which the work becomes true. */
  finish(tx: ChangeTx, answer: T): Promise<void>;
}

export interface KeyedWork<T> {
  /** Work that never calls `finish` is finished in a separate transaction. */
  run(claimed: ClaimedKey<T>): Promise<T>;
  /** The little that is kept of an answer: ids and counts, never a text of the request. */
  kept(answer: T): NonNullable<IdempotencyRecord['response']>;
  /** The answer of the first request, which is done or was cut off; null: nothing of it is there, and the work is done. */
  earlier(before: IdempotencyRecord): Promise<T | null>;
  /** What is begun again goes on with the credential of this request, not with that of the first one. */
  restarts?: boolean;
}

/** What is hashed of a request, so that the same one is known again. */
export function hashedRequest(request: Hashable): Hashed {
  return { purpose: 'idempotency', value: request };
}

/**
 * Runs the work once for (caller, key). The same request again gets the same answer for a day; another request with the
 * key is refused; one that runs is `idempotency_in_progress`; one that a crash cut off is finished, never doubled.
 */
export async function withIdempotency<T>(
  ports: Needs,
  call: CallContext,
  keyed: KeyedRequest,
  work: KeyedWork<T>,
): Promise<{ answer: T; replayed: boolean }> {
  const { claim, before } = await claimKey(ports, call, keyed);
  const earlier = before === null ? null : await work.earlier(before);
  if (earlier !== null) return { answer: earlier, replayed: true };
  if (before !== null && work.restarts === true) await ports.idempotencyKeys.restart(claim);
  return {
    answer: await runClaimed(ports, call, { keyed, work, resumed: before !== null }),
    replayed: false,
  };
}

/** Claims the key. Rejects when the first request was another one, or still runs. */
async function claimKey(
  ports: Needs,
  call: CallContext,
  { key, request, fingerprint, credentialId, lockMs }: KeyedRequest,
): Promise<{ claim: IdempotencyClaim; before: IdempotencyRecord | null }> {
  const now = ports.clock.now();
  const claim: IdempotencyClaim = {
    actor: call.caller.principal,
    key,
    requestFingerprint: fingerprint,
    credentialId,
    lockedUntil: new Date(now.getTime() + lockMs),
  };
  const before = await ports.idempotencyKeys.claim(claim, now);
  if (before === null) return { claim, before };
  const { purpose, value } = hashedRequest(request);
  if (!(await ports.fingerprints.matches(purpose, value, before.requestFingerprint))) {
    throw new BrokerError('idempotency_key_reused', {
      detail: 'This Idempotency-Key was used for another request. Use a new one.',
    });
  }
  if (before.state === 'in_progress' && !before.resumed) {
    // As long as the first may still run; when it was cut off, a repetition takes over then.
    const retryAfterSeconds = Math.max(1, Math.ceil((before.lockedUntil.getTime() - now.getTime()) / 1000));
    throw new BrokerError('idempotency_in_progress', {
      detail: `The first request with this Idempotency-Key is still running or was interrupted. Repeat it in ${retryAfterSeconds} s.`,
      retryAfterSeconds,
    });
  }
  return { claim, before };
}

async function runClaimed<T>(
  ports: Needs,
  call: CallContext,
  { keyed, work, resumed }: { keyed: KeyedRequest; work: KeyedWork<T>; resumed: boolean },
): Promise<T> {
  const { key, action } = keyed;
  const actor = call.caller.principal;
  const settled = { details: { idempotency: 'settled' } };
  let isFinished = false;
  const finish = async (tx: ChangeTx, answer: T): Promise<void> => {
    await tx.finishIdempotency(actor, key, work.kept(answer));
    isFinished = true;
  };
  try {
    const answer = await work.run({ resumed, finish });
    if (!isFinished)
      await ports.changes.run(async (tx) => {
        tx.audit(auditEvent(call, action, 'allowed', settled));
        await finish(tx, answer);
      });
    return answer;
  } catch (error) {
    if (isSettled(error))
      await ports.changes.run(async (tx) => {
        tx.audit(auditEvent(call, action, 'failed', { code: error.code, ...settled }));
        await tx.releaseIdempotency(actor, key);
      });
    throw error;
  }
}

/**
 * A creation that failed was undone, a refused change never began: the key is free for another try. Where Postgres did
 * not answer nobody knows what is there, so the key stays claimed, and a repetition looks when its lock ran out.
 */
function isSettled(error: unknown): error is BrokerError {
  return error instanceof BrokerError && error.code !== 'records_unavailable';
}
