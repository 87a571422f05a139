import type { Notice } from '../../ports/changes.js';
import type { Records } from '../../ports/records.js';
import { CREDENTIAL_COLUMNS, toCredential } from './credentialRow.js';
import type { Query, Row } from './pools.js';

const STATES = `
  select ${CREDENTIAL_COLUMNS}, c.health_since, nullif(l.last_used_at, '-infinity') as last_used_at,
    told.kind as told_kind, told.period as told_period
  from broker.credentials c
  left join broker.credential_last_use l on l.credential_id = c.id
  left join lateral (
    select n.kind, n.period from broker.notifications n
    where n.credential_id = c.id and n.kind like 'health\\_%'
    order by n.created_at desc, n.kind = 'health_recovered' desc limit 1
  ) told on true
  where c.status = 'active' and ($1::uuid is null or c.id > $1::uuid) order by c.id limit $2`;

const NEW = `
  select place from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality asked (credential_id, kind, period, place)
  where not exists (
    select 1 from broker.notifications n
    where coalesce(n.credential_id, '00000000-0000-0000-0000-000000000000') = asked.credential_id
      and n.kind = asked.kind and n.period = asked.period
  ) order by place`;

/** What decides whether people are told, and what they were told already. */
export function noticeReads(query: Query): Pick<Records, 'noticeStates' | 'newNotices'> {
  return {
    async noticeStates(afterId, limit) {
      return (await query({ text: STATES, values: [afterId, limit] })).map(toState);
    },
    async newNotices(notices) {
      if (notices.length === 0) return [];
      const values = [
        notices.map(({ credentialId }) => credentialId ?? '00000000-0000-0000-0000-000000000000'),
        notices.map(({ kind }) => kind),
        notices.map(({ period }) => period),
      ];
      const places = await query({ text: NEW, values });
      return places
        .map((row) => notices[Number(row['place']) - 1])
        .filter((n): n is Notice => n !== undefined);
    },
  };
}

function toState(row: Row): Awaited<ReturnType<Records['noticeStates']>>[0] {
  const told = row['told_kind'];
  return {
    credential: toCredential(row),
    healthSince: row['health_since'] as Date | null,
    lastUsedAt: row['last_used_at'] as Date | null,
    lastHealth: typeof told === 'string' ? { kind: told, period: String(row['told_period']) } : null,
  };
}
