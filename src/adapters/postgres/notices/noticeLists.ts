import type { Caller } from '../../../domain/access/caller.js';
import { type HoldRule, kindsThatHold, type NoticeMoment } from '../../../domain/notices/holds.js';
import type { ListedNotice, NoticeReads } from '../../../ports/notices.js';
import type { Clock } from '../../../ports/runtime.js';
import { OWNED_OR_MANAGED, reachValues } from '../access/reach.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { type WhereClause, whereClause } from '../core/whereClause.js';
import { NOTICE_COLUMNS } from './noticeRow.js';

/** SQL for a moment as notices hold it. */
const iso = (moment: string) => `to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Where the moments are stored that notices name. */
const MOMENTS: Readonly<Record<NoticeMoment, string>> = {
  expiresAt: 'c.expires_at',
  nextRotationAt: 'c.next_rotation_at',
  healthSince: 'c.health_since',
  untestedSince: 'case when c.last_tested_at is null then c.created_at end',
  unusedSince: "coalesce(nullif(l.last_used_at, '-infinity'), c.created_at)",
};

const kindIn = (wanted: Parameters<typeof kindsThatHold>[0]) =>
  `n.kind in ('${kindsThatHold(wanted).join("', '")}')`;
const until = (word: HoldRule['until']) => kindIn((rule) => rule.until === word);

const OF_MOMENTS = Object.entries(MOMENTS)
  .map(([moment, sql]) => {
    const named = kindIn((rule) => rule.until === 'other_moment' && rule.moment === moment);
    return `when ${named} then n.state = ${iso(sql)}`;
  })
  .join('\n  ');

/** `HOLD_RULES` as SQL. `$2` is now. What a newer version wrote holds until it is acknowledged. */
const HOLDS = `coalesce(case
  when ${until('never')} then false
  when ${until('seen')} or n.credential_id is null then true
  when c.status <> 'active' then false
  when ${kindIn((rule) => rule.until === 'other_moment' && rule.ahead === true)}
    and n.state <= ${iso('$2::timestamptz')} then false
  ${OF_MOMENTS}
  when ${until('grant')} then n.body->>'expires_at' > ${iso('$2::timestamptz')}
  when ${until('finding')} then exists (select 1 from broker.vault_findings f
    where f.credential_id = n.credential_id and f.kind = n.kind and f.resolved_at is null)
  else true end, false)`;

/** SQL for what a notice is about, as it is indexed. */
const about = (notice: string) =>
  `coalesce(${notice}.credential_id, '00000000-0000-0000-0000-000000000000'::uuid)`;

/** Of several notices about one state the newest. */
const OPEN = `(n.acknowledged_at is null and (n.snoozed_until is null or n.snoozed_until <= $2) and ${HOLDS}
  and not exists (select 1 from broker.notifications later
    where ${about('later')} = ${about('n')} and later.kind = n.kind
      and later.state = n.state and later.created_at > n.created_at))`;

const FROM = `
  broker.notifications n
  left join broker.credentials c on c.id = n.credential_id
  left join broker.credential_last_use l on l.credential_id = n.credential_id`;

const LISTED = `${NOTICE_COLUMNS}, n.acknowledged_at as "acknowledgedAt", n.acknowledged_by as "acknowledgedBy",
  n.snoozed_until as "snoozedUntil"`;

/**
 * What concerns the caller (`$1` to `$4` of `reachValues`), their teams or a service account that they created, or
 * what they own or manage.
 */
const MINE = `(n.recipient = any (array(
    select $1::text union all select 'sa:' || s.id from broker.service_accounts s where s.created_by = $1
    union all select 'team:' || m.team from broker.team_members m where m.principal = $1))
  or n.credential_id in (${OWNED_OR_MANAGED}))`;

/** The notices that were sent, for their recipients. */
export function noticeLists(query: Query, clock: Clock): NoticeReads {
  const seen = (caller: Caller): WhereClause => {
    const where = whereClause(reachValues(caller, clock.now()));
    // Every value that a statement is given must have a place in it.
    where.and('($1::text, $2::timestamptz, $3::text, $4::text[]) is not null');
    if (caller.role !== 'admin' || caller.kind !== 'user') where.and(MINE);
    return where;
  };
  return {
    async notices(caller, { open, kind }, page) {
      const where = seen(caller);
      if (kind !== undefined) where.and(`n.kind = ${where.value(kind)}`);
      if (open !== undefined) where.and(`${open ? '' : 'not '}${OPEN}`);
      const after = readCursor(page.cursor, ['uuid']);
      if (after !== null) {
        const id = where.value(uuidOrNull(after.keys[0] ?? ''));
        where.and(`(n.created_at, n.id) < (${where.value(after.at)}::timestamptz, ${id}::uuid)`);
      }
      const text = `select ${LISTED}, ${OPEN} as open from ${FROM} ${where.text()}
        order by n.created_at desc, n.id desc limit ${where.value(page.limit + 1)}`;
      const rows = await query<ListedNotice>({ text, values: where.values() });
      const position = ({ createdAt, id }: ListedNotice) => ({ at: createdAt, keys: [id] });
      return pageOf(rows, page, { item: (notice) => notice, position });
    },
    async seenNotice(caller, id) {
      const where = seen(caller);
      where.and(`n.id = ${where.value(uuidOrNull(id))}::uuid`);
      const text = `select ${LISTED}, ${OPEN} as open from ${FROM} ${where.text()}`;
      return (await query<ListedNotice>({ text, values: where.values() }))[0] ?? null;
    },
  };
}
