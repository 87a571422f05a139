import type { CallContext } from '../../domain/access/caller.js';
import { decide } from '../../domain/access/grant.js';
import { type BulkEnd, type BulkOrder, relabelled } from '../../domain/bulk/bulk.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';
import { deleteCredential, restoreCredential } from '../credentials/deleteCredential.js';
import { updateCredential } from '../credentials/updateCredential.js';
import { addGrant, isGiven } from '../sharing/grants.js';
import { testCredential } from '../testing/testCredential.js';
import type { WritePorts } from '../writing/writePorts.js';

/** How often an item is tried when another client changes the credential at the same moment. */
const TRIES = 3;

/** What the acts need. */
export type ActPorts = WritePorts & Pick<Ports, 'records'>;

/** The credential as the caller sees it now; null: the use case says why not, and audits it. */
export async function found(ports: ActPorts, call: CallContext, id: string): Promise<Credential | null> {
  const access = await ports.records.access(call.caller, id);
  if (!access.callerActive || access.credential === null) return null;
  return decide(call.caller, access, 'see') === 'allowed' ? access.credential : null;
}

/** True when the credential is already as the act would leave it; who sees it sees all of that. */
export async function isUnchanged(
  ports: ActPorts,
  credential: Credential,
  order: BulkOrder,
): Promise<boolean> {
  const { status, labels, reminders } = credential;
  switch (order.act) {
    case 'test':
      return false;
    case 'disable':
      return status === 'disabled';
    case 'enable':
      return status === 'active';
    case 'delete':
      return status === 'deleted';
    case 'restore':
      return status === 'active' || status === 'disabled';
    case 'label':
      return sameJson(labels, relabelled(labels, order));
    case 'reminder':
      return sameJson(reminders ?? {}, order.reminders ?? {});
    case 'grant':
      return isGiven(order.grant, await ports.records.grants(credential.id), ports.clock.now());
  }
}

const sameJson = (a: object, b: object) => sorted(a) === sorted(b);
const sorted = (of: object) => JSON.stringify(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Does the act as the single call does it, with its rights and its audit row. */
export async function doAct(ports: ActPorts, call: CallContext, id: string, order: BulkOrder): Promise<void> {
  for (let tried = 1; ; tried += 1)
    try {
      return await actOnce(ports, call, id, order);
    } catch (error) {
      const lost = error instanceof BrokerError && error.code === 'precondition_failed';
      if (!lost || tried === TRIES) throw error;
    }
}

async function actOnce(ports: ActPorts, call: CallContext, id: string, order: BulkOrder): Promise<void> {
  const options = { source: 'api' } as const;
  switch (order.act) {
    case 'test':
      return;
    case 'delete':
      return void (await deleteCredential(ports, call, id));
    case 'restore':
      return void (await restoreCredential(ports, call, id));
    case 'grant':
      return void (await addGrant(ports, call, id, order.grant));
    case 'reminder':
      return void (await updateCredential(ports, call, id, { reminders: order.reminders }, options));
    case 'label': {
      const { credential } = await ports.records.access(call.caller, id);
      const change = { labels: relabelled(credential?.labels ?? {}, order) };
      // Labels that another client changes between the two reads are not lost: then it is tried again.
      const ifMatch = credential?.revision;
      return void (await updateCredential(ports, call, id, change, {
        ...options,
        ...(ifMatch !== undefined && { ifMatch }),
      }));
    }
    default:
      return void (await updateCredential(ports, call, id, { disabled: order.act === 'disable' }, options));
  }
}

/** Tests one credential. A test that fails is a failed item, with the code and the advice of the test. */
export async function testItem(
  ports: ActPorts,
  call: CallContext,
  credential: { id: string },
): Promise<BulkEnd> {
  const { result, credential: tested } = await testCredential(ports, call, credential.id);
  const { name } = tested;
  if (result.code === 'ok') return { state: 'done', name, code: null, detail: null };
  return { state: 'failed', name, code: result.code, detail: result.advice };
}
