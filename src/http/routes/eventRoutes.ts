import type { Response } from 'express';
import { z } from 'zod';
import { mutex } from '../../domain/async.js';
import { invalid } from '../../domain/errors.js';
import type { ChangeEvent } from '../../ports/eventFeed.js';
import { type EventBatch, eventsAfter, isWorthAsking } from '../../usecases/events/events.js';
import { EventPlaces } from '../eventPlaces.js';
import { type Context, parse, type Route } from '../route.js';

const eventsQuery = z.strictObject({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 52)
    .optional(),
});

const LOOK_EVERY_MS = 1_000;
/** A comment now and then keeps proxies from cutting a quiet stream. */
const QUIET_MS = 15_000;
/** A token lives so long; the reader comes back with a new one and the number of the last event. */
const LONGEST_MS = 600_000;
/** Bytes that wait for a reader; beyond it he counts as gone, and comes back where he was. */
const MAX_UNREAD = 1_048_576;
/** Of all streams one asks at a time, so that secret reads keep the connections. */
const oneAsks = mutex();
const places = new EventPlaces();

/** How many readers follow the events at this process. */
export function openEventStreams(): number {
  return places.taken;
}

/** What changes, as it changes: server-sent events. */
export const eventRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/events',
    summary: 'What changes on credentials that you may see, as server-sent events; resumable by id',
    auth: 'token',
    stream: true,
    query: eventsQuery,
    handle: async (context) => {
      const { after } = parse(eventsQuery, context.request.query);
      const asked = lastEventId(context) ?? after;
      const first = await oneAsks(() => eventsAfter(context.ports, context.call, asked));
      const leave = places.take(context.call.caller.principal, await creatorOf(context));
      try {
        await follow(context, first, asked ?? first.last);
      } finally {
        leave();
      }
    },
  },
];

/** A service account counts for the person who made it. */
async function creatorOf({ ports, call }: Context): Promise<string> {
  const { kind, principal } = call.caller;
  if (kind !== 'service_account') return principal;
  const account = await ports.records.serviceAccount(principal.slice('sa:'.length));
  return account?.createdBy ?? principal;
}

function lastEventId({ request }: Context): number | undefined {
  const text = request.get('last-event-id');
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalid({ field: 'Last-Event-ID', rule: 'must be the id of an event' });
  return Number(text);
}

async function follow(context: Context, first: EventBatch, from: number): Promise<void> {
  const { ports, response, stopping } = context;
  response.status(200).set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  // Not beyond events that are still to be written: who is cut off before he has them goes on here.
  response.write(`retry: 1000\nid: ${from}\n: from here\n\n`);
  const began = ports.clock.now().getTime();
  let [heard, spoke, askedAt] = [first, began, ports.clock.now()];
  while (!response.destroyed && !stopping()) {
    const now = ports.clock.now().getTime();
    const { last, more } = heard;
    if (heard.reset) response.write(resetAt(last));
    for (const event of heard.events) response.write(textOf(event));
    // A reader that has long been away learns how far he is, although none of it was for him.
    const quiet = heard.events.length === 0 && (more || now - spoke > QUIET_MS);
    if (quiet) response.write(`id: ${last}\n: ${more ? 'up to here' : 'quiet'}\n\n`);
    if (quiet || heard.events.length > 0) spoke = now;
    if (now - began > LONGEST_MS) break;
    if (!more || response.writableLength > 0) await pause(response, LOOK_EVERY_MS - (now % LOOK_EVERY_MS));
    if (response.writableLength > MAX_UNREAD) response.destroy();
    const next = await ask(context, last, askedAt);
    if (next === 'ended') break;
    heard = next ?? { events: [], last, more: false, reset: false };
    if (next !== null) askedAt = ports.clock.now();
  }
  response.end();
}

/** Null: there was no cause. An account that ends, or a store that is away, ends the stream: coming back tells why. */
async function ask(
  { ports, call, response }: Context,
  last: number,
  askedAt: Date,
): Promise<EventBatch | null | 'ended'> {
  try {
    if (!(await isWorthAsking(ports, { last, askedAt }))) return null;
    return await oneAsks(async () => (response.destroyed ? 'ended' : eventsAfter(ports, call, last)));
  } catch {
    return 'ended';
  }
}

/** Ends early when the reader goes away. */
function pause(response: Response, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    }
    response.once('close', done);
  });
}

/** What came between is not told: the reader reads everything anew, and goes on from here. */
const resetAt = (last: number) => `id: ${last}\nevent: reset\ndata: {}\n\n`;

function textOf({ seen, ...event }: ChangeEvent): string {
  const told = seen !== null && { name: seen.name, service_type: seen.serviceType, owner: seen.owner };
  const data = { at: event.at, credential: { id: event.credentialId, ...told }, ...event.details };
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
