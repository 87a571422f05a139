import { BrokerError } from '../../domain/errors.js';
import { givenUpBefore, nextAttempt } from '../../domain/notices/channel.js';
import { HOUR_MS } from '../../domain/time/units.js';
import type { EventDelivery } from '../../ports/eventFeed.js';
import type { SealedChannel } from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';
import { openTarget } from '../notices/channelTarget.js';

const MOST_IN_ONE = 100;
/** What was given up is knocked for so often. */
const KNOCK_EVERY_MS = HOUR_MS;

type Needs = Pick<Ports, 'clock' | 'log' | 'outbox' | 'eventFeed' | 'sealer' | 'notifier' | 'testPace'>;

/** Enqueues each webhook for which something changed; of one webhook one delivery is under way. How many. */
export async function enqueueEventDeliveries({
  clock,
  eventFeed,
  jobs,
}: Pick<Ports, 'clock' | 'eventFeed' | 'jobs'>): Promise<number> {
  const due = await eventFeed.due(clock.now());
  for (const id of due) {
    const name = `events:${id}`;
    await jobs.enqueue({ task: 'send_events', key: name, queue: name, payload: { channel_id: id } });
  }
  return due.length;
}

/**
 * Sends the changes to one webhook, in order. What can't be sent is retried later, with the same id; after three days
 * it is dropped, and the receiver is notified once it is back.
 */
export async function sendEvents(ports: Needs, channelId: string): Promise<void> {
  const { outbox, eventFeed, clock } = ports;
  const channel = await outbox.channel(channelId);
  if (channel === null || channel.paused) return;
  for (;;) {
    const delivery = await eventFeed.next(channelId, { now: clock.now(), most: MOST_IN_ONE });
    if (delivery === null || !(await deliver(ports, channel, delivery))) return;
  }
}

async function deliver(ports: Needs, channel: SealedChannel, delivery: EventDelivery): Promise<boolean> {
  const { eventFeed, clock, notifier, testPace, log } = ports;
  const code = await openTarget(ports, channel).then(
    (target) => notifier.sendEvents(target, delivery),
    codeOf,
  );
  const at = clock.now();
  if (code === null) {
    await eventFeed.delivered(channel.id, delivery.upto, at);
    return true;
  }
  const attempts = delivery.attempts + 1;
  const since = delivery.failingSince ?? at;
  const next = since < givenUpBefore(at) ? null : nextAttempt(attempts, testPace.chance(), at);
  const knock = new Date(at.getTime() + KNOCK_EVERY_MS);
  await eventFeed.notDelivered(channel.id, { code, at, next: next ?? knock, givenUp: next === null });
  const fields = { channel_id: channel.id, code, attempts, events: delivery.events.length };
  // A retry after giving up: the gap was logged when it was given up.
  if (next === null && !delivery.reset) log.error('events_given_up', fields);
  else log.warn('events_not_sent', fields);
  return false;
}

/** While Vault can't open the target, that is what went wrong. */
function codeOf(error: unknown): string {
  if (error instanceof BrokerError) return error.code;
  throw error;
}
