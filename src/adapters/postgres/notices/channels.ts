import { BrokerError, notFound } from '../../../domain/errors.js';
import type { Channel } from '../../../domain/notices/channel.js';
import type { ChangeTx } from '../../../ports/changes.js';
import type { ChannelPatch, ChannelState, Outbox, SealedChannel } from '../../../ports/notices.js';
import type { Query, Row } from '../core/pools.js';
import { insertRecord, toSql, uuidOrNull } from '../core/values.js';

/** Each count looks at what waits or was given up only, however much was ever sent. */
const COUNTS = `
  (select count(*) from broker.notification_deliveries d where d.channel_id = c.id and d.state = 'pending') as pending,
  (select count(*) from broker.notification_deliveries d where d.channel_id = c.id and d.state = 'dead') as dead`;

const CHANNELS = `
  select * from (select c.*, ${COUNTS} from broker.notification_channels c) c
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
      return (await query({ text: CHANNELS })).map(toState);
    },
    async channel(id) {
      const text = 'select * from broker.notification_channels where id = $1';
      const [row] = await query({ text, values: [uuidOrNull(id)] });
      return row === undefined ? null : toSealed(row);
    },
    async dueChannels(now) {
      return (await query({ text: DUE, values: [now] })).map((row) => String(row['id']));
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

export function channelWrites(
  query: Query,
): Pick<ChangeTx, 'insertChannel' | 'updateChannel' | 'deleteChannel' | 'resealChannel'> {
  return {
    insertChannel: (channel) =>
      insertRecord(query, 'notification_channels', {
        id: channel.id,
        kind: channel.kind,
        recipient: channel.recipient,
        events: channel.events,
        created_at: channel.createdAt,
        created_by: channel.createdBy,
        sealed_target: channel.sealedTarget,
        ...changeable(channel),
      }),
    async updateChannel(channel, { sealedTarget, ...change }, at) {
      const id = uuidOrNull(channel);
      await query({ text: RESUMED, values: [id, change.paused ?? true, at] });
      const columns = Object.entries({
        ...changeable(change),
        ...(sealedTarget && { sealed_target: sealedTarget.to }),
      }).filter(([, value]) => value !== undefined);
      const sets = columns.map(([name], index) => `${name} = $${index + 3}, `).join('');
      // Whoever changes a channel wants to see what comes of it.
      const text = `update broker.notification_channels set ${sets}failures = 0, next_attempt_at = null
                    where id = $1 and ($2::text is null or sealed_target = $2) returning *`;
      const values = [id, sealedTarget?.from ?? null, ...columns.map(([, value]) => toSql(value))];
      const [row] = await query({ text, values });
      if (row === undefined) throw sealedTarget === undefined ? notFound('channel') : changedMeanwhile();
      await query({ text: WAKE_EVENTS, values: [id] });
      return toChannel(row);
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

const changedMeanwhile = () => new BrokerError('conflict', { detail: 'The channel was changed meanwhile.' });

function changeable(channel: Omit<ChannelPatch, 'sealedTarget'>): Record<string, unknown> {
  return {
    name: channel.name,
    shown_target: channel.shownTarget,
    min_severity: channel.minSeverity,
    kinds: channel.kinds,
    labels: channel.labels,
    team: channel.team,
    quiet: channel.quiet,
    paused: channel.paused,
  };
}

function toChannel(row: Row): Channel {
  return {
    id: row['id'],
    name: row['name'],
    kind: row['kind'],
    shownTarget: row['shown_target'],
    minSeverity: row['min_severity'],
    kinds: row['kinds'],
    events: row['events'],
    labels: row['labels'],
    team: row['team'],
    quiet: row['quiet'],
    paused: row['paused'],
    recipient: row['recipient'],
    createdAt: row['created_at'],
    createdBy: row['created_by'],
  } as Channel;
}

function toSealed(row: Row): SealedChannel {
  return {
    ...toChannel(row),
    sealedTarget: String(row['sealed_target']),
    failures: Number(row['failures']),
  };
}

function toState(row: Row): ChannelState {
  return {
    channel: toChannel(row),
    pending: Number(row['pending']),
    dead: Number(row['dead']),
    lastSentAt: row['last_sent_at'] as Date | null,
    lastCode: row['last_code'] as string | null,
  };
}
