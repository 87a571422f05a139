import type {
  ChangeEvent,
  EventDelivery,
  EventFeed,
  EventState,
  EventWrites,
} from '../../../ports/eventFeed.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { EVENT_COLUMNS, EVENT_SEEN } from './events.js';

const NEWEST = '(select last from broker.event_counter)';

const DUE = `
  select w.channel_id as "channelId" from broker.event_webhooks w
  join broker.notification_channels n on n.id = w.channel_id and not n.paused
  where coalesce(w.next_attempt_at <= $1, true) and (w.missed or w.position < ${NEWEST})`;

const STANDING = `
  select w.attempts, w.failing_since as "failingSince", coalesce(w.upto, ${NEWEST}) as "end", w.missed or w.position < coalesce((select min(e.number) from broker.events e), ${NEWEST} + 1) - 1 as reset
  from broker.event_webhooks w where w.channel_id = $1 and coalesce(w.next_attempt_at <= $2, true)`;

const BETWEEN = `
  select ${EVENT_COLUMNS}, ${EVENT_SEEN} as seen
  from broker.event_webhooks w
  join broker.notification_channels n on n.id = w.channel_id
  join broker.events e on e.number > w.position and e.number <= $2
  join broker.credentials c on c.id = e.credential_id and c.labels @> n.labels
  where w.channel_id = $1 order by e.number limit $3`;

const STATES = `
  select w.channel_id as "channelId", w.last_sent_at as "lastSentAt", w.last_code as "lastCode",
    case when n.paused then 'paused' when w.missed then 'given_up' when w.failing_since is not null then 'failing'
      else 'ok' end as state, (select count(*) from (
    select 1 from broker.events e join broker.credentials c on c.id = e.credential_id and c.labels @> n.labels
    where e.number > w.position limit 1000) waits) as waiting
  from broker.event_webhooks w join broker.notification_channels n on n.id = w.channel_id`;

const DELIVERED = `
  update broker.event_webhooks set position = $2, upto = null, missed = false, attempts = 0, failing_since = null,
    next_attempt_at = null, last_sent_at = $3, last_code = null
  where channel_id = $1`;

const NOT_DELIVERED = `
  update broker.event_webhooks w set attempts = attempts + 1, failing_since = coalesce(failing_since, $2),
    next_attempt_at = $3, last_code = $4, missed = w.missed or $5,
    position = case when $5 then ${NEWEST} else position end, upto = case when $5 then null else upto end
  where channel_id = $1`;

/** Where a webhook is in the row of events; what it is sent next goes up to `end`. */
interface Place extends Pick<EventDelivery, 'attempts' | 'failingSince' | 'reset'> {
  end: number;
}

/** Each webhook has a place in the row of events; of one webhook one delivery is under way. */
export function postgresEventFeed(query: Query): EventFeed {
  return {
    async due(now) {
      const due = await query<{ channelId: string }>({ text: DUE, values: [now] });
      return due.map(({ channelId }) => channelId);
    },
    async next(channelId, { now, most }) {
      const [standing] = await query<Place>({ text: STANDING, values: [uuidOrNull(channelId), now] });
      if (standing === undefined) return null;
      const { end, reset, attempts, failingSince } = standing;
      const events = await query<ChangeEvent>({ text: BETWEEN, values: [channelId, end, most] });
      const upto = events.length === most ? (events.at(-1)?.id ?? end) : end;
      const nothing = events.length === 0 && !reset;
      const text = nothing
        ? 'update broker.event_webhooks set position = $2, upto = null where channel_id = $1 and position < $2'
        : 'update broker.event_webhooks set upto = $2 where channel_id = $1';
      await query({ text, values: [channelId, upto] });
      const id = `${channelId}.${upto}${reset ? '.reset' : ''}`;
      return nothing ? null : { id, events, reset, upto, attempts, failingSince };
    },
    async delivered(channelId, upto, at) {
      await query({ text: DELIVERED, values: [channelId, upto, at] });
    },
    async notDelivered(channelId, { code, at, next, givenUp }) {
      await query({ text: NOT_DELIVERED, values: [channelId, at, next, code, givenUp] });
    },
    async states() {
      return await query<EventState>({ text: STATES });
    },
  };
}

/** A new webhook hears of what comes from now on. */
export function eventFeedWrites(query: Query): EventWrites {
  return {
    async followEvents(channelId) {
      const text = `insert into broker.event_webhooks (channel_id, position)
                    select $1, last from broker.event_counter`;
      await query({ text, values: [channelId] });
    },
  };
}
