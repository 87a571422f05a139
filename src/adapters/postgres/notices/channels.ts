import { BrokerError, notFound } from '../../../domain/errors.js';
import type { Channel } from '../../../domain/notices/channel.js';
import type { ChannelState, ChannelWrites, Outbox, SealedChannel } from '../../../ports/notices.js';
import { assignments, type Columns, given, insertEntity, select } from '../core/columns.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';

/** The columns of `broker.notification_channels` without the target. */
const CHANNEL: Columns<Channel> = {
  id: 'id',
  name: 'name',
  kind: 'kind',
  shownTarget: 'shown_target',
  minSeverity: 'min_severity',
  kinds: 'kinds',
  events: 'events',
  labels: 'labels',
  team: 'team',
  quiet: 'quiet',
  paused: 'paused',
  recipient: 'recipient',
  createdAt: 'created_at',
  createdBy: 'created_by',
};
/** The columns of `broker.notification_channels`. */
const SEALED: Columns<SealedChannel> = { ...CHANNEL, sealedTarget: 'sealed_target', failures: 'failures' };

/** Each count looks at what waits or was given up only, however much was ever sent. */
const COUNTS = `
  (select count(*) from broker.notification_deliveries d where d.channel_id = c.id and d.state = 'pending') as pending,
  (select count(*) from broker.notification_deliveries d where d.channel_id = c.id and d.state = 'dead') as dead`;

const CHANNELS = `
  select ${select(CHANNEL, 'c')}, c.last_sent_at as "lastSentAt", c.last_code as "lastCode", c.pending, c.dead
  from (select c.*, ${COUNTS} from broker.notification_channels c) c
  where c.recipient is null or c.last_code is not null or c.dead > 0 order by c.name, c.id`;

const DUE = `
  select c.id from broker.notification_channels c
  where not c.paused and (c.next_attempt_at is null or c.next_attempt_at <= $1) and exists (
    select 1 from broker.notification_deliveries d
    where d.channel_id = c.id and d.state = 'pending' and d.next_attempt_at <= $1)`;

type ChannelReads = Pick<Outbox, 'channels' | 'channel' | 'dueChannels' | 'putOff'>;

/** Where notices go. */
export function channelReads(query: Query): ChannelReads {
  return {
    async channels() {
      const rows = await query<Channel & Omit<ChannelState, 'channel'>>({ text: CHANNELS });
      return rows.map(({ pending, dead, lastSentAt, lastCode, ...channel }) => ({
        channel,
        pending,
        dead,
        lastSentAt,
        lastCode,
      }));
    },
    async channel(id) {
      const text = `select ${select(SEALED)} from broker.notification_channels where id = $1`;
      return (await query<SealedChannel>({ text, values: [uuidOrNull(id)] }))[0] ?? null;
    },
    async dueChannels(now) {
      return (await query<{ id: string }>({ text: DUE, values: [now] })).map(({ id }) => id);
    },
    async putOff(channel, until) {
      const text = 'update broker.notification_channels set next_attempt_at = $2 where id = $1';
      await query({ text, values: [channel, until] });
    },
  };
}

/** What waited for a channel that was paused has as long as what comes up now before it is given up. */
const RESUMED = `
  update broker.notification_deliveries d set created_at = $3
  from broker.notification_channels c
  where c.id = $1 and c.paused and not $2 and d.channel_id = c.id and d.state = 'pending'`;

const WAKE_EVENTS = `
  update broker.event_webhooks set attempts = 0, failing_since = null, next_attempt_at = null where channel_id = $1`;

/** A report for which no other channel was chosen goes to people alone, not to channels that nobody chose. */
const UNCHOSEN = `
  update broker.report_schedules set channels = array_remove(channels, $1::uuid) where $1::uuid = any (channels)`;

export function channelWrites(query: Query): ChannelWrites {
  return {
    insertChannel: (channel) => insertEntity(query, 'notification_channels', SEALED, channel),
    async updateChannel(channel, { sealedTarget, ...change }, at) {
      const id = uuidOrNull(channel);
      await query({ text: RESUMED, values: [id, change.paused ?? true, at] });
      const { columns, values } = given(SEALED, {
        ...change,
        ...(sealedTarget && { sealedTarget: sealedTarget.to }),
      });
      const sets = [...assignments(columns, 3), 'failures = 0', 'next_attempt_at = null'].join(', ');
      // The effect of a change shows at once.
      const text = `update broker.notification_channels set ${sets}
                    where id = $1 and ($2::text is null or sealed_target = $2) returning ${select(CHANNEL)}`;
      const [changed] = await query<Channel>({ text, values: [id, sealedTarget?.from ?? null, ...values] });
      if (changed === undefined) throw sealedTarget === undefined ? notFound('channel') : changedMeanwhile();
      await query({ text: WAKE_EVENTS, values: [id] });
      return changed;
    },
    async deleteChannel(id) {
      const values = [uuidOrNull(id)];
      await query({ text: UNCHOSEN, values });
      const text = 'delete from broker.notification_channels where id = $1 returning 1';
      return (await query({ text, values })).length > 0;
    },
    async resealChannel(id, { from, to }) {
      const text = `update broker.notification_channels set sealed_target = $3
                    where id = $1 and sealed_target = $2 returning 1`;
      if ((await query({ text, values: [id, from, to] })).length === 0) throw changedMeanwhile();
    },
  };
}

const changedMeanwhile = () =>
  new BrokerError('conflict', {
    detail: 'The channel was changed by another request. Read it again and repeat.',
  });
