import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { IdempotencyRecord } from '../../ports/writing.js';
import { authorize } from '../gate/authorize.js';
import { finishIntent } from './finishIntent.js';
import { type KeyedRequest, withIdempotency } from './idempotency.js';
import type { WritePorts } from './writePorts.js';
import type { CommitStep } from './writeVersion.js';

/** With a test that waits for its turn a write takes less. */
const LOCK_MS = 30_000;

type Keyed = Omit<KeyedRequest, 'lockMs' | 'credentialId'> & {
  action: 'credential.create' | 'credential.rotate';
  /** The caller may change it: that was decided before. */
  credentialId: string;
};

/** `finish` belongs into the transaction of the new version. */
type Work = (claimed: { resumed: boolean; finish: CommitStep }) => Promise<Credential>;

/** Stores or rotates one credential once for (caller, key), whatever crash cut off an earlier request. */
export async function keyedWrite(
  ports: WritePorts,
  call: CallContext,
  keyed: Keyed,
  work: Work,
): Promise<{ credential: Credential; replayed: boolean }> {
  const { answer, replayed } = await withIdempotency<Credential>(
    ports,
    call,
    { ...keyed, lockMs: LOCK_MS },
    {
      run: ({ resumed, finish }) =>
        work({
          resumed,
          finish: async (tx, credential) => {
            await finish(tx, credential);
            return credential;
          },
        }),
      kept: ({ id }) => ({ status: 201, body: { id } }),
      earlier: (before) => earlierResult(ports, call, before, keyed.action),
      // A creation that was undone keeps the id of its row for the audit trail.
      restarts: keyed.action === 'credential.create',
    },
  );
  return { credential: answer, replayed };
}

/** The credential that the key made, or null when nothing of it is there and the work has to be done. */
async function earlierResult(
  ports: WritePorts,
  call: CallContext,
  before: IdempotencyRecord,
  action: Keyed['action'],
): Promise<Credential | null> {
  if (before.credentialId === null) return null;
  if (before.state === 'done')
    return (await authorize(ports, call, before.credentialId, 'see', action)).credential;
  const access = await ports.records.access(call.caller, before.credentialId);
  const intent = await ports.records.openIntent(before.credentialId);
  if (access.credential === null) return null;
  if (intent === null) {
    // A creation that got its version is done, whatever became of it since: also where it was deleted or disabled. A
    // rotation may not have begun, and beginning it again is harmless.
    const isCreated = action === 'credential.create' && access.credential.activeVersion !== null;
    return isCreated ? (await authorize(ports, call, before.credentialId, 'see', action)).credential : null;
  }
  if ((await finishIntent(ports, intent, access.credential)) !== 'completed') return null;
  return (await ports.records.access(call.caller, before.credentialId)).credential;
}
