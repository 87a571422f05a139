import type { StoredNotice } from '../../../domain/notices/channel.js';
import type { NoticeCount } from '../../../domain/notices/message.js';
import { SEVERITIES, severityAtLeast } from '../../../domain/notices/notice.js';
import type { Delivery, DueMessage, Outbox } from '../../../ports/notices.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query, SqlValue } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { NOTICE_COLUMNS, URGENCY } from './noticeRow.js';

/** Of what may have arrived, or was refused by some of its addresses, the oldest. */
const AGAIN = `
  select d.message from broker.notification_deliveries d join broker.notifications n on n.id = d.notification_id
  where d.channel_id = $1 and d.state = 'pending' and d.in_flight and d.next_attempt_at <= $2
    and n.severity = any ($3::text[])
  order by d.created_at, d.message limit 1`;

/** The id stays when nothing joined or left since the last attempt. */
const BUNDLE = `
  with waiting as materialized (
    select d.notification_id, d.message
    from broker.notification_deliveries d join broker.notifications n on n.id = d.notification_id
    where d.channel_id = $1 and d.state = 'pending' and not d.in_flight and d.next_attempt_at <= $2
      and n.severity = any ($3::text[])
  ), before as (
    select (array_agg(message))[1] as message, count(*) as size,
      count(distinct message) = 1 and count(message) = count(*) as one
    from waiting
  ), chosen as materialized (
    select case when one and size = (
        select count(*) from broker.notification_deliveries o where o.message = before.message and o.state = 'pending')
      then before.message else gen_random_uuid() end as message
    from before where size > 0
  )
  update broker.notification_deliveries d set message = chosen.message, in_flight = true
  from waiting, chosen where d.channel_id = $1 and d.notification_id = waiting.notification_id
  returning d.message`;

const COUNTS = `
  select n.kind, n.severity, count(*) as count, max(d.attempts) as attempts,
    (array_agg(to_jsonb(d.only_to)))[1] as "onlyTo"
  from broker.notification_deliveries d join broker.notifications n on n.id = d.notification_id
  where d.message = $1 and d.state = 'pending' group by n.kind, n.severity`;

const NAMED = `
  select ${NOTICE_COLUMNS} from broker.notification_deliveries d join broker.notifications n on n.id = d.notification_id
  where d.message = $1 and d.state = 'pending' order by ${URGENCY} desc, n.created_at, n.id limit $2`;

const SENT_SINCE = `
  select count(distinct message) as count, min(sent_at) as oldest from broker.notification_deliveries
  where channel_id = $1 and state = 'sent' and sent_at > $2`;

const DELIVERIES = `
  select ${NOTICE_COLUMNS}, d.state, d.attempts, d.created_at as "handedOverAt", d.sent_at as "sentAt",
    d.last_code as "lastCode", d.only_to as "onlyTo"
  from broker.notification_deliveries d join broker.notifications n on n.id = d.notification_id
  where d.channel_id = $1 and ($2::text is null or d.state = $2)
    and ($3::timestamptz is null or (d.created_at, d.notification_id) < ($3, $4::uuid))
  order by d.created_at desc, d.notification_id desc limit $5`;

interface CountRow extends NoticeCount {
  attempts: number;
  onlyTo: string[] | null;
}

interface DeliveryRow extends StoredNotice, Omit<Delivery, 'notice' | 'createdAt'> {
  handedOverAt: Date;
}

/** What waits for a channel, and what became of it. */
export function deliveryReads(query: Query): Pick<Outbox, 'claim' | 'sentSince' | 'deliveries'> {
  return {
    async claim(channel, { now, most, least }) {
      const severities = SEVERITIES.filter((severity) => severityAtLeast(severity, least));
      const values = [channel, now, severities];
      const [again] = await query<{ message: string }>({ text: AGAIN, values });
      const [due] =
        again === undefined ? await query<{ message: string }>({ text: BUNDLE, values }) : [again];
      return due === undefined ? null : dueMessage(query, due.message, most);
    },
    async sentSince(channel, since) {
      const [sent] = await query<{ count: number; oldest: Date | null }>({
        text: SENT_SINCE,
        values: [channel, since],
      });
      return sent ?? { count: 0, oldest: null };
    },
    async deliveries(channel, state, page) {
      const after = readCursor(page.cursor, ['uuid']);
      const values = [
        uuidOrNull(channel),
        state ?? null,
        after?.at ?? null,
        uuidOrNull(after?.keys[0] ?? ''),
        page.limit + 1,
      ];
      const rows = await query<DeliveryRow>({ text: DELIVERIES, values });
      const position = ({ handedOverAt, id }: DeliveryRow) => ({ at: handedOverAt, keys: [id] });
      return pageOf(rows, page, { item: toDelivery, position });
    },
  };
}

async function dueMessage(query: Query, id: string, most: number): Promise<DueMessage | null> {
  const counts = await query<CountRow>({ text: COUNTS, values: [id] });
  if (counts.length === 0) return null;
  return {
    id,
    attempts: Math.max(...counts.map(({ attempts }) => attempts)),
    notices: await query<StoredNotice>({ text: NAMED, values: [id, most] }),
    counts: counts.map(({ kind, severity, count }) => ({ kind, severity, count })),
    onlyTo: counts[0]?.onlyTo ?? null,
  };
}

function toDelivery({
  state,
  attempts,
  handedOverAt,
  sentAt,
  lastCode,
  onlyTo,
  ...notice
}: DeliveryRow): Delivery {
  return { notice, state, attempts, createdAt: handedOverAt, sentAt, lastCode, onlyTo };
}

const SENT = `
  with sent as (
    update broker.notification_deliveries
    set state = 'sent', sent_at = $2, last_code = null, in_flight = false, only_to = null
    where message = $1 and state = 'pending' returning channel_id
  )
  update broker.notification_channels set failures = 0, next_attempt_at = null, last_code = null, last_sent_at = $2
  where id in (select channel_id from sent)`;

const NOT_SENT = `
  with failed as (
    update broker.notification_deliveries set attempts = attempts + 1, last_code = $2,
      state = case when created_at <= $5 then 'dead' else state end,
      in_flight = $3 and created_at > $5
    where message = $1 and state = 'pending' returning channel_id, state
  ), waits as (
    update broker.notification_channels set failures = failures + 1, next_attempt_at = $4, last_code = $2
    where id in (select channel_id from failed)
  ) select count(*) filter (where state = 'dead') as dead from failed`;

/** The channel continues with other messages; this one has a separate retry time. */
const REFUSED = `
  with refused as (
    update broker.notification_deliveries set attempts = attempts + 1, last_code = $2, only_to = $3,
      state = case when created_at <= $5 then 'dead' else state end,
      in_flight = created_at > $5, next_attempt_at = $4
    where message = $1 and state = 'pending' returning channel_id, state
  ), taken as (
    update broker.notification_channels set failures = 0, next_attempt_at = null, last_code = null, last_sent_at = $6
    where $6::timestamptz is not null and id in (select channel_id from refused)
  ) select count(*) filter (where state = 'dead') as dead from refused`;

/** What became of a message. */
export function deliveryWrites(query: Query): Pick<Outbox, 'sent' | 'notSent' | 'refused'> {
  const dead = async (text: string, values: readonly SqlValue[]): Promise<number> => {
    const [given] = await query<{ dead: number }>({ text, values });
    return given?.dead ?? 0;
  };
  return {
    async sent(message, at) {
      await query({ text: SENT, values: [message, at] });
    },
    notSent: (message, { code, unsure, next, deadBefore }) =>
      dead(NOT_SENT, [message, code, unsure, next, deadBefore]),
    refused: (message, { code, onlyTo, next, deadBefore, acceptedAt }) =>
      dead(REFUSED, [message, code, onlyTo, next, deadBefore, acceptedAt]),
  };
}
