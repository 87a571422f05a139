import { EVENT_WEBHOOK_STATES } from '../../ports/eventFeed.js';
import type { Ports } from '../../ports/ports.js';
import type { EventPlaces } from '../eventPlaces.js';
import { cachedLook } from './cachedLook.js';
import type { Metric } from './metric.js';

/** Webhooks that follow events, from Postgres, and the streams of this process. */
export function eventMetrics(
  ports: Pick<Ports, 'clock' | 'eventFeed' | 'log'>,
  followers: EventPlaces,
): Metric[] {
  const webhooks = cachedLook(ports, { freshMs: 5_000, failed: 'metrics.events_unknown' }, () =>
    ports.eventFeed.states(),
  );
  return [
    {
      name: 'broker_event_webhooks',
      help: 'Webhooks that follow events by state: ok, failing, given_up (some events were dropped), paused',
      label: 'state',
      read: async () => {
        const seen = await webhooks();
        return (
          seen &&
          EVENT_WEBHOOK_STATES.map((state) => [state, seen.filter((one) => one.state === state).length])
        );
      },
    },
    {
      name: 'broker_event_webhook_backlog',
      help: 'Events that wait for the slowest webhook that is not paused, counted up to 1000',
      read: async () => {
        const running = (await webhooks())?.filter(({ state }) => state !== 'paused');
        return running && Math.max(0, ...running.map(({ waiting }) => waiting));
      },
    },
    {
      name: 'broker_event_streams',
      help: 'Readers that follow GET /api/events at this process',
      read: () => followers.taken,
    },
  ];
}
