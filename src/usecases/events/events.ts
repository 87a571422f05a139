import type { CallContext } from '../../domain/access/caller.js';
import type { ChangeEvent } from '../../ports/eventFeed.js';
import type { Ports } from '../../ports/ports.js';
import { refuseEnded } from '../gate/authorize.js';

const AT_ONCE = 200;
/** While nothing changes, a disabled account is noticed within this time. Changes are not sent to it anyway. */
const ACCOUNT_EVERY_MS = 15_000;

export interface EventBatch {
  events: ChangeEvent[];
  /** Where to go on. */
  last: number;
  /** There may be more behind `last` already. */
  more: boolean;
  /** The events after the given number are not available: too old to be kept, or of another database. */
  reset: boolean;
}

/** What changed after a number, of the credentials that the caller may see now. Left out: nothing, only where now is. */
export async function eventsAfter(
  ports: Pick<Ports, 'records' | 'auditLog'>,
  call: CallContext,
  after: number | undefined,
): Promise<EventBatch> {
  const { callerActive, events, last, kept } = await ports.records.eventsAfter(call.caller, after, AT_ONCE);
  if (!callerActive) return refuseEnded(ports, call, { tried: 'credential.see' });
  const reset = after !== undefined && (after > kept.newest || after < kept.oldest - 1);
  if (reset) return { events: [], last: kept.newest, more: false, reset };
  return { events, last, more: last < kept.newest, reset };
}

/**
 * Is there cause to ask for what came after `last`? Where nothing changed at all, now and then, since the account may
 * have ended.
 */
export async function isWorthAsking(
  { records, clock }: Pick<Ports, 'records' | 'clock'>,
  { last, askedAt }: { last: number; askedAt: Date },
): Promise<boolean> {
  if (clock.now().getTime() - askedAt.getTime() >= ACCOUNT_EVERY_MS) return true;
  // One look that fails must not send all readers away at once: they ask for themselves soon enough.
  return (await records.newestEvent().catch(() => last)) !== last;
}
