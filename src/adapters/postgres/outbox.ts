import { type Channel, type PutNotice, severityIn } from '../../domain/channel.js';
import { isNoticeKind } from '../../domain/notice.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { ChannelState, DueMessage, Outbox, SealedChannel } from '../../ports/notices.js';
import { uuidOrNull } from './credentialRow.js';
import { insertRecord } from './credentialWrites.js';
import type { Query, Row } from './pools.js';

const CHANNELS = `
  select c.*, count(d.*) filter (where d.state = 'pending') as pending,
    count(d.*) filter (where d.state = 'dead') as dead, max(d.sent_at) as last_sent_at,
    (array_agg(d.last_code order by d.next_attempt_at desc)
      filter (where d.state <> 'sent' and d.last_code is not null))[1] as last_code
  from broker.notification_channels c
  left join broker.notification_deliveries d on d.channel_id = c.id
  group by c.id order by c.name`;

const UNSENT = `
  select n.*, coalesce(c.labels, '{}') as labels from broker.notifications n
  left join broker.credentials c on c.id = n.credential_id
  where n.sent_at is null order by n.created_at, n.id limit $1`;

/** Of two that hand over the same notice, one does. */
const HAND_OVER = `
  with mine as (
    update broker.notifications set sent_at = $3 where id = any ($4::uuid[]) and sent_at is null returning id
  )
  insert into broker.notification_deliveries (notification_id, channel_id, next_attempt_at, created_at)
  select asked.notice, asked.channel, $3, $3 from unnest($1::uuid[], $2::uuid[]) asked (notice, channel)
  join mine on mine.id = asked.notice
  join broker.notification_channels c on c.id = asked.channel`;

const BUNDLE = `
  with waiting as (
    select notification_id, (row_number() over (order by created_at, notification_id) - 1) / $3::integer as pile
    from broker.notification_deliveries
    where channel_id = $1 and state = 'pending' and message is null and next_attempt_at <= $2
  ), piles as (select pile, gen_random_uuid() as message from (select distinct pile from waiting) p)
  update broker.notification_deliveries d set message = piles.message
  from waiting join piles using (pile)
  where d.channel_id = $1 and d.notification_id = waiting.notification_id`;

const DUE = `
  select n.*, d.message, d.attempts, d.created_at as since from broker.notification_deliveries d
  join broker.notifications n on n.id = d.notification_id
  where d.channel_id = $1 and d.state = 'pending' and d.next_attempt_at <= $2
  order by d.created_at, d.message, n.created_at, n.id`;

const NOT_SENT = `
  update broker.notification_deliveries set attempts = attempts + 1, last_code = $2,
    state = case when $3::timestamptz is null then 'dead' else state end,
    next_attempt_at = coalesce($3, next_attempt_at)
  where message = $1 and state = 'pending'`;

/** What was put, by whom it has to be heard, and how far that is. */
export function postgresOutbox(query: Query): Outbox {
  return {
    async channels() {
      return (await query({ text: CHANNELS })).map(toState);
    },
    async channel(id) {
      const text = 'select * from broker.notification_channels where id = $1';
      const [row] = await query({ text, values: [uuidOrNull(id)] });
      if (row === undefined) return null;
      return { ...toChannel(row), sealedTarget: String(row['sealed_target']) };
    },
    async unsent(limit) {
      const rows = await query({ text: UNSENT, values: [limit] });
      return rows.map((row) => ({ notice: toNotice(row), labels: row['labels'] as Record<string, string> }));
    },
    async handOver(deliveries, now) {
      const pairs = deliveries.flatMap(({ notice, channels }) =>
        channels.map((channel) => ({ notice, channel })),
      );
      const values = [
        pairs.map(({ notice }) => notice),
        pairs.map(({ channel }) => channel),
        now,
        deliveries.map(({ notice }) => notice),
      ];
      await query({ text: HAND_OVER, values });
    },
    async dueChannels(now) {
      const text = `select distinct channel_id from broker.notification_deliveries
                    where state = 'pending' and next_attempt_at <= $1`;
      return (await query({ text, values: [now] })).map((row) => String(row['channel_id']));
    },
    async dueMessages(channel, { now, most }) {
      await query({ text: BUNDLE, values: [channel, now, most] });
      return toMessages(await query({ text: DUE, values: [channel, now] }));
    },
    async sent(message, at) {
      const text = `update broker.notification_deliveries set state = 'sent', sent_at = $2, last_code = null
                    where message = $1 and state = 'pending'`;
      await query({ text, values: [message, at] });
    },
    async notSent(message, { code, next }) {
      await query({ text: NOT_SENT, values: [message, code, next] });
    },
    async revive(channel, now) {
      const text = `update broker.notification_deliveries
                    set state = 'pending', attempts = 0, next_attempt_at = $2, created_at = $2
                    where channel_id = $1 and state = 'dead' returning 1`;
      return (await query({ text, values: [uuidOrNull(channel), now] })).length;
    },
  };
}

export function channelWrites(query: Query): Pick<ChangeTx, 'insertChannel' | 'deleteChannel'> {
  return {
    insertChannel: (channel: SealedChannel) =>
      insertRecord(query, 'notification_channels', {
        id: channel.id,
        name: channel.name,
        kind: channel.kind,
        sealed_target: channel.sealedTarget,
        shown_target: channel.shownTarget,
        min_severity: channel.minSeverity,
        kinds: channel.kinds,
        labels: channel.labels,
        events: channel.events,
        created_at: channel.createdAt,
        created_by: channel.createdBy,
      }),
    async deleteChannel(id) {
      const text = 'delete from broker.notification_channels where id = $1 returning 1';
      return (await query({ text, values: [uuidOrNull(id)] })).length > 0;
    },
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
    labels: row['labels'],
    events: row['events'],
    createdAt: row['created_at'],
    createdBy: row['created_by'],
  } as Channel;
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

function toNotice(row: Row): PutNotice {
  const kind = String(row['kind']);
  const body = row['body'] as Record<string, unknown>;
  if (!isNoticeKind(kind)) throw new TypeError('a notice of a kind that this version does not know');
  return {
    id: row['id'] as string,
    kind,
    severity: severityIn(kind, body),
    credentialId: row['credential_id'] as string | null,
    recipient: row['recipient'] as string,
    body,
    createdAt: row['created_at'] as Date,
  };
}

function toMessages(rows: readonly Row[]): DueMessage[] {
  const messages = new Map<string, DueMessage>();
  for (const row of rows) {
    const id = String(row['message']);
    const known = messages.get(id);
    if (known !== undefined) known.notices.push(toNotice(row));
    else
      messages.set(id, {
        id,
        attempts: Number(row['attempts']),
        since: row['since'] as Date,
        notices: [toNotice(row)],
      });
  }
  return [...messages.values()];
}
