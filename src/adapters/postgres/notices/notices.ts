import type { Credential } from '../../../domain/credentials/credential.js';
import type { NoticeState } from '../../../domain/notices/dueNotices.js';
import type { EndingGrant, EnvLeftovers, Notice, ReminderReads } from '../../../ports/notices.js';
import { select } from '../core/columns.js';
import { CREDENTIAL_COLUMNS } from '../core/credentialRow.js';
import type { Query } from '../core/pools.js';
import { GRANT } from '../credentials/credentialColumns.js';

/** SQL for when the health of `c` became what it is, and the newest notice about it (joined as `latest`). */
export const HEALTH_NOTES = `c.health_since as "healthSince",
  case when latest.kind is not null then jsonb_build_object('kind', latest.kind, 'period', latest.period) end as "lastHealth"`;
export const LATEST_HEALTH = `
  left join lateral (
    select n.kind, n.period from broker.notifications n
    where n.credential_id = c.id and n.kind like 'health\\_%'
    order by n.created_at desc, n.kind = 'health_recovered' desc limit 1
  ) latest on true`;

const STATES = `
  select ${CREDENTIAL_COLUMNS}, nullif(l.last_used_at, '-infinity') as "lastUsedAt", ${HEALTH_NOTES}
  from broker.credentials c
  left join broker.credential_last_use l on l.credential_id = c.id ${LATEST_HEALTH}
  where c.status = 'active' and ($1::uuid is null or c.id > $1::uuid) order by c.id limit $2`;

const NOBODYS = '00000000-0000-0000-0000-000000000000';

/** A notice whose snooze has ended is sent again under a separate period. */
const NEW = `
  select asked.place, asked.period || coalesce('/after-' || to_char(
      silence.until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), '') as period
  from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality asked (credential_id, kind, period, place)
  left join lateral (
    select bool_or(s.acknowledged_at is not null) as acknowledged, max(s.snoozed_until) as until
    from broker.notifications s
    where s.kind = asked.kind and s.state = split_part(asked.period, '/', 1)
      and coalesce(s.credential_id, '${NOBODYS}') = asked.credential_id
      and (s.acknowledged_at is not null or s.snoozed_until is not null)
  ) silence on true
  where not coalesce(silence.acknowledged, false) and coalesce(silence.until <= $4, true)
    and not exists (
      select 1 from broker.notifications n
      where coalesce(n.credential_id, '${NOBODYS}') = asked.credential_id and n.kind = asked.kind
        and n.period = asked.period || coalesce('/after-' || to_char(
          silence.until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), ''))
  order by asked.place`;

const ENDING = `
  select jsonb_build_object('id', c.id, 'name', c.name, 'serviceType', c.service_type, 'owner', c.owner,
      'reminders', c.reminders) as credential,
    ${select(GRANT, 'g')}, array(
    select g.subject where g.subject_kind = 'user'
    union select s.created_by from broker.service_accounts s
      where g.subject_kind = 'service_account' and g.subject = 'sa:' || s.id and s.revoked_at is null
    union select m.principal from broker.team_members m
      where g.subject_kind = 'team' and m.team = g.subject and m.lead) as holders
  from broker.grants g join broker.credentials c on c.id = g.credential_id
  where g.expires_at > $1 and g.expires_at <= $2 and c.status = 'active'
  order by g.expires_at, c.id, g.subject_kind, g.subject`;

/** Reads what decides whether a notice is due, and which ones were sent already. */
export function noticeReads(query: Query): ReminderReads {
  return {
    async noticeStates(afterId, limit) {
      const rows = await query<Credential & Omit<NoticeState, 'credential' | 'testable'>>({
        text: STATES,
        values: [afterId, limit],
      });
      return rows.map(({ healthSince, lastUsedAt, lastHealth, ...credential }) => ({
        credential,
        healthSince,
        lastUsedAt,
        lastHealth,
      }));
    },
    async newNotices(notices, now) {
      if (notices.length === 0) return [];
      const values = [
        notices.map(({ credentialId }) => credentialId ?? NOBODYS),
        notices.map(({ kind }) => kind),
        notices.map(({ period }) => period),
        now,
      ];
      const places = await query<{ place: number; period: string }>({ text: NEW, values });
      return places.flatMap(({ place, period }): Notice[] => {
        const notice = notices[place - 1];
        return notice === undefined ? [] : [{ ...notice, period }];
      });
    },
    async endingGrants(from, to) {
      const rows = await query<Omit<EndingGrant, 'grant'> & EndingGrant['grant']>({
        text: ENDING,
        values: [from, to],
      });
      return rows.map(({ credential, holders, ...grant }) => ({ credential, grant, holders }));
    },
    async envLeftovers() {
      const text =
        'select principal, names, imported_at as "importedAt" from broker.env_leftovers order by principal';
      return await query<EnvLeftovers>({ text });
    },
  };
}
