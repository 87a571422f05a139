import type { Response } from 'express';
import { z } from 'zod';
import { BrokerError, invalid } from '../domain/errors.js';
import type { ChangeEvent } from '../ports/records.js';
import { eventsAfter, type Heard } from '../usecases/events.js';
import { type Context, parse, type Route } from './route.js';

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
const MAX_STREAMS = 200;
/** All workers of a platform may share one service account. */
const MAX_PER_CALLER = 40;
/** Bytes that wait for a reader; beyond it he counts as gone, and comes back where he was. */
const MAX_UNREAD = 1_048_576;
/** Principals, one for each stream that is open. */
const following: string[] = [];

/** How many readers follow the events at this process. */
export function openEventStreams(): number {
  return following.length;
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
      const first = await eventsAfter(context.ports, context.call, lastEventId(context) ?? after);
      const { principal } = context.call.caller;
      admit(principal);
      following.push(principal);
      try {
        await follow(context, first);
      } finally {
        following.splice(following.indexOf(principal), 1);
      }
    },
  },
];

function admit(principal: string): void {
  const own = following.filter((other) => other === principal).length;
  if (following.length < MAX_STREAMS && own < MAX_PER_CALLER) return;
  const who =
    own < MAX_PER_CALLER
      ? 'Too many follow the events already.'
      : `You follow the events ${MAX_PER_CALLER} times already.`;
  throw new BrokerError('rate_limited', { detail: `${who} Try again in a minute.`, retryAfterSeconds: 60 });
}

function lastEventId({ request }: Context): number | undefined {
  const text = request.get('last-event-id');
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalid({ field: 'Last-Event-ID', rule: 'must be the id of an event' });
  return Number(text);
}

async function follow({ ports, call, response, stopping }: Context, first: Heard): Promise<void> {
  response.status(200).set({
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.write(`retry: 1000\nid: ${first.last}\n: from here\n\n`);
  if (first.reset) response.write(resetAt(first.last));
  const began = ports.clock.now().getTime();
  let spoke = began;
  let { events, last, reset } = first;
  while (!response.destroyed && !stopping()) {
    for (const event of events) response.write(textOf(event));
    const now = ports.clock.now().getTime();
    if (events.length > 0) spoke = now;
    else if (now - spoke > QUIET_MS) {
      response.write(`id: ${last}\n: quiet\n\n`);
      spoke = now;
    }
    if (now - began > LONGEST_MS) break;
    await pause(response, LOOK_EVERY_MS);
    if (response.writableLength > MAX_UNREAD) response.destroy();
    // An account that ends, or a store that is away, ends the stream: coming back tells why.
    const next = await eventsAfter(ports, call, last).catch(() => undefined);
    if (next === undefined) break;
    ({ events, last, reset } = next);
    if (reset) response.write(resetAt(last));
  }
  response.end();
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
