import type { NoticeSubject, StoredNotice } from '../../../domain/notices/channel.js';
import type { Outbox } from '../../../ports/notices.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { channelReads } from './channels.js';
import { deliveryReads, deliveryWrites } from './deliveries.js';
import { mailboxReads } from './mailboxes.js';
import { NOTICE_COLUMNS } from './noticeRow.js';

const UNSENT = `
  select ${NOTICE_COLUMNS}, coalesce(c.labels, '{}') as labels, array(
    select g.subject from broker.grants g
      where g.credential_id = c.id and g.subject_kind = 'team' and (g.expires_at is null or g.expires_at > $2)
    union select m.team from broker.team_members m where m.principal = c.owner
    union select n.body->>'team' where n.kind = 'report' and n.body->>'team' is not null) as teams
  from broker.notifications n left join broker.credentials c on c.id = n.credential_id
  where n.sent_at is null order by n.created_at, n.id limit $1`;

/** Of two that hand over the same notice, one does. What was put off comes as another notice. */
const HAND_OVER = `
  with mine as (
    update broker.notifications set sent_at = $3 where id = any ($4::uuid[]) and sent_at is null
    returning id, snoozed_until
  )
  insert into broker.notification_deliveries (notification_id, channel_id, next_attempt_at, created_at)
  select asked.notice, asked.channel, $3, $3 from unnest($1::uuid[], $2::uuid[]) asked (notice, channel)
  join mine on mine.id = asked.notice and mine.snoozed_until is null
  join broker.notification_channels c on c.id = asked.channel`;

const REVIVE = `
  with tried as (
    update broker.notification_deliveries set state = 'pending', attempts = 0, next_attempt_at = $2, created_at = $2,
      in_flight = only_to is not null
    where channel_id = $1 and state = 'dead' returning 1
  ), at_once as (
    update broker.notification_channels set failures = 0, next_attempt_at = null where id = $1
  ) select count(*) as count from tried`;

/** Stored notices, their recipients, and the state of their deliveries. */
export function postgresOutbox(query: Query): Outbox {
  return {
    ...channelReads(query),
    ...mailboxReads(query),
    ...deliveryReads(query),
    ...deliveryWrites(query),
    async pending(limit, now) {
      const rows = await query<StoredNotice & NoticeSubject>({ text: UNSENT, values: [limit, now] });
      return rows.map(({ labels, teams, ...notice }) => ({ notice, about: { labels, teams } }));
    },
    async dispatch(deliveries, now) {
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
    async revive(channel, now) {
      const [revived] = await query<{ count: number }>({ text: REVIVE, values: [uuidOrNull(channel), now] });
      return revived?.count ?? 0;
    },
  };
}
