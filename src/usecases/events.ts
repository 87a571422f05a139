import type { Call } from '../domain/caller.js';
import type { ChangeEvent } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { refuseEnded } from './authorize.js';

const AT_ONCE = 200;

/** What changed after a number, of the credentials that the caller may see now. Left out: nothing, only where now is. */
export async function eventsAfter(
  ports: Pick<Ports, 'records' | 'readAudit'>,
  call: Call,
  after: number | undefined,
): Promise<{ events: ChangeEvent[]; last: number }> {
  const { callerActive, events, last } = await ports.records.eventsAfter(call.caller, after, AT_ONCE);
  if (!callerActive) return refuseEnded(ports, call, { tried: 'credential.see' });
  return { events, last };
}
