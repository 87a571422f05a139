import { Gauge, type Registry } from 'prom-client';
import { EVENT_WEBHOOK_STATES } from '../../ports/eventFeed.js';
import type { Ports } from '../../ports/ports.js';
import type { EventPlaces } from '../eventPlaces.js';
import { cachedLook } from './cachedLook.js';

/** Webhooks that follow events, from Postgres, and the streams of this process. */
export function addEventMetrics(
  registry: Registry,
  ports: Pick<Ports, 'clock' | 'eventFeed' | 'log'>,
  followers: EventPlaces,
): void {
  const registers = [registry];
  const webhooks = cachedLook(ports, { freshMs: 5_000, failed: 'metrics.events_unknown' }, () =>
    ports.eventFeed.states(),
  );
  new Gauge({
    name: 'broker_event_webhooks',
    help: 'Webhooks that follow events by state: ok, failing, given_up (some events were dropped), paused',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      const seen = await webhooks();
      if (seen === undefined) return;
      for (const state of EVENT_WEBHOOK_STATES)
        this.set({ state }, seen.filter((webhook) => webhook.state === state).length);
    },
  });
  new Gauge({
    name: 'broker_event_webhook_backlog',
    help: 'Events that wait for the slowest webhook that is not paused, counted up to 1000',
    registers,
    async collect() {
      const seen = await webhooks();
      const running = seen?.filter(({ state }) => state !== 'paused');
      this.set(running === undefined ? Number.NaN : Math.max(0, ...running.map(({ waiting }) => waiting)));
    },
  });
  new Gauge({
    name: 'broker_event_streams',
    help: 'Readers that follow GET /api/events at this process',
    registers,
    collect() {
      this.set(followers.taken);
    },
  });
}
