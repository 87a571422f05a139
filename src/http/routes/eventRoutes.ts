import type { Writable } from 'node:stream';
import { z } from 'zod';
import type { ChangeEvent } from '../../ports/eventFeed.js';
import { type EventBatch, eventsAfter, isWorthAsking } from '../../usecases/events/events.js';
import { lastEventId } from '../headers.js';
import { EventStream } from '../reply.js';
import { type Context, type Route, route } from '../route.js';

const eventsQuery = z.strictObject({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 52)
    .describe('The ID of the last event that you received; `Last-Event-ID` wins over it.')
    .optional(),
});

const LOOK_EVERY_MS = 1_000;
/** A comment now and then keeps proxies from cutting a quiet stream. */
const QUIET_MS = 15_000;
/** A token lives so long; the reader comes back with a new one and the number of the last event. */
const LONGEST_MS = 600_000;
/**
 * Bytes that wait for a reader; beyond it the reader counts as gone, and resumes after the last event it received.
 */
const MAX_UNREAD = 1_048_576;

/** What changes, as it changes: server-sent events. */
export const eventRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/events',
    id: 'followEvents',
    tag: 'Operations',
    summary: 'Follow changes of credentials that you may see, as server-sent events',
    description: 'Resumable: send the ID of the last event as `Last-Event-ID` or `after`.',
    auth: 'token',
    stream: true,
    query: eventsQuery,
    headers: { lastEventId },
    handle: async (input) => {
      const asked = input.headers.lastEventId ?? input.query.after;
      const { ports, call, followers } = input;
      const first = await followers.inTurn(() => eventsAfter(ports, call, asked));
      const leave = followers.take(call.caller.principal, await creatorOf(input));
      return new EventStream((out) => follow({ ...input, out }, first, asked ?? first.last).finally(leave));
    },
  }),
];

/** One reader: the context of its request, and where its events go. */
interface Reader extends Context {
  out: Writable;
}

/** A service account counts for the person who made it. */
async function creatorOf({ ports, call }: Context): Promise<string> {
  const { kind, principal } = call.caller;
  if (kind !== 'service_account') return principal;
  const account = await ports.records.serviceAccount(principal.slice('sa:'.length));
  return account?.createdBy ?? principal;
}

async function follow(reader: Reader, first: EventBatch, from: number): Promise<void> {
  const { ports, out, stopping } = reader;
  // Not beyond events that are still to be written: a reader that is cut off before them resumes here.
  out.write(`retry: 1000\nid: ${from}\n: from here\n\n`);
  const began = ports.clock.now().getTime();
  let [heard, spoke, askedAt] = [first, began, ports.clock.now()];
  while (!out.destroyed && !stopping()) {
    const now = ports.clock.now().getTime();
    const { last, more } = heard;
    if (heard.reset) out.write(resetAt(last));
    for (const event of heard.events) out.write(textOf(event));
    // A reader that was away for long learns the current position, although no event was for it.
    const quiet = heard.events.length === 0 && (more || now - spoke > QUIET_MS);
    if (quiet) out.write(`id: ${last}\n: ${more ? 'up to here' : 'quiet'}\n\n`);
    if (quiet || heard.events.length > 0) spoke = now;
    if (now - began > LONGEST_MS) break;
    if (!more || out.writableLength > 0) await pause(out, LOOK_EVERY_MS - (now % LOOK_EVERY_MS));
    if (out.writableLength > MAX_UNREAD) out.destroy();
    const next = await ask(reader, last, askedAt);
    if (next === 'ended') break;
    heard = next ?? { events: [], last, more: false, reset: false };
    if (next !== null) askedAt = ports.clock.now();
  }
  out.end();
}

/**
 * Null: there was no cause. An account that is disabled, or an unavailable store, ends the stream: the next request
 * says why.
 */
async function ask(
  { ports, call, out, followers }: Reader,
  last: number,
  askedAt: Date,
): Promise<EventBatch | null | 'ended'> {
  try {
    if (!(await isWorthAsking(ports, { last, askedAt }))) return null;
    return await followers.inTurn(async () => (out.destroyed ? 'ended' : eventsAfter(ports, call, last)));
  } catch {
    return 'ended';
  }
}

/** Ends early when the reader goes away. */
function pause(out: Writable, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      out.off('close', done);
      resolve();
    }
    out.once('close', done);
  });
}

/** The events in between are not sent: the reader reloads everything, and continues from here. */
const resetAt = (last: number) => `id: ${last}\nevent: reset\ndata: {}\n\n`;

function textOf({ seen, ...event }: ChangeEvent): string {
  const told = seen !== null && { name: seen.name, service_type: seen.serviceType, owner: seen.owner };
  const data = { at: event.at, credential: { id: event.credentialId, ...told }, ...event.details };
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
