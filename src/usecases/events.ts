import type { Call } from '../domain/caller.js';
import type { ChangeEvent } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { refuseEnded } from './authorize.js';

const AT_ONCE = 200;

export interface Heard {
  events: ChangeEvent[];
  /** Where to go on. */
  last: number;
  /** What came after the number asked for can't be told: too old to be kept, or of another database. */
  reset: boolean;
}

/** What changed after a number, of the credentials that the caller may see now. Left out: nothing, only where now is. */
export async function eventsAfter(
  ports: Pick<Ports, 'records' | 'readAudit'>,
  call: Call,
  after: number | undefined,
): Promise<Heard> {
  const { callerActive, events, last, kept } = await ports.records.eventsAfter(call.caller, after, AT_ONCE);
  if (!callerActive) return refuseEnded(ports, call, { tried: 'credential.see' });
  const reset = after !== undefined && (after > kept.newest || after < kept.oldest - 1);
  return reset ? { events: [], last: kept.newest, reset } : { events, last, reset };
}
