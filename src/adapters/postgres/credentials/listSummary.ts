import type { Caller } from '../../../domain/access/caller.js';
import { DAY_MS } from '../../../domain/time/units.js';
import type { CredentialSummary, SummarizedNeed } from '../../../ports/credentials.js';
import { reachValues } from '../access/reach.js';
import type { Query } from '../core/pools.js';
import { whereClause } from '../core/whereClause.js';
import { LAST_ADVICE } from './listedRow.js';
import { type Filtering, LISTED, needsAttention, soonAt } from './listFilter.js';
import { VISIBLE_ROWS } from './listSources.js';

const EXPIRING_MS = 30 * DAY_MS;
const MOST_EXPIRING = 10;
const MOST_NEEDS = 5;

/** Refused, expired, unreachable, working only partly, expiring: the worst first, as `attentionOf` has it. */
const WORST = `case when seen.health = 'rejected' then 1 when seen.expires_at <= $2 then 2
  when seen.health = 'unreachable' then 3 when seen.health = 'limited' then 4 else 5 end`;

/** What the caller sees is read once; the few that are named are looked up again with what is shown of them. */
const summaryText = ({ seesAll }: Filtering, soon: string, ahead: string): string => `
  with asker as (select $1::text, $3::text, $4::text[]), seen as materialized (
    select c.id, c.service_type, c.health, c.expires_at, ${needsAttention(soon)} is true as needs,
      c.status = 'active' as active
    from ${seesAll ? 'broker.credentials c' : VISIBLE_ROWS} where ${LISTED}
  ), counted as (
    select service_type, health, count(*)::int as count, (count(*) filter (where needs))::int as needs
    from seen group by 1, 2
  ), soonest as (
    select id, expires_at from seen where active and expires_at > $2 and expires_at <= ${ahead}
    order by expires_at, id limit ${MOST_EXPIRING}
  ), worst as (
    select id, ${WORST} as rank, expires_at from seen where needs order by 2, 3, 1 limit ${MOST_NEEDS}
  )
  select
    coalesce((select sum(count) from counted), 0)::int as total,
    coalesce((select sum(needs) from counted), 0)::int as attention,
    coalesce((select jsonb_agg(jsonb_build_object('serviceType', service_type, 'health', health, 'count', count))
      from counted), '[]') as counts,
    coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'serviceType', c.service_type,
        'expiresAt', c.expires_at) order by soonest.expires_at, c.id)
      from soonest join broker.credentials c on c.id = soonest.id), '[]') as expiring,
    coalesce((select jsonb_agg(to_jsonb(named) - 'rank' order by named.rank, named."expiresAt", named.id) from (
      select worst.rank, c.id, c.name, c.service_type as "serviceType", c.health, c.status, c.expires_at as "expiresAt",
        c.last_test_code as "lastTestCode", ${LAST_ADVICE}
      from worst join broker.credentials c on c.id = worst.id) named), '[]') as needs`;

/** Times as they are within JSON. */
interface SummaryRow extends Pick<CredentialSummary, 'total' | 'attention' | 'counts'> {
  expiring: (Omit<CredentialSummary['expiring'][number], 'expiresAt'> & { expiresAt: string })[];
  needs: (Omit<SummarizedNeed, 'expiresAt'> & { expiresAt: string | null })[];
}

export async function summaryOf(
  query: Query,
  caller: Caller,
  filtering: Filtering,
): Promise<CredentialSummary> {
  const { now } = filtering;
  const where = whereClause(reachValues(caller, now));
  const [soon, ahead] = [where.value(soonAt(now)), where.value(new Date(now.getTime() + EXPIRING_MS))];
  const text = summaryText(filtering, `${soon}::timestamptz`, `${ahead}::timestamptz`);
  const [row] = await query<SummaryRow>({ text, values: where.values() });
  const { total = 0, attention = 0, counts = [], expiring = [], needs = [] } = row ?? {};
  return {
    total,
    attention,
    counts,
    expiring: expiring.map((one) => ({ ...one, expiresAt: new Date(one.expiresAt) })),
    needs: needs.map((one) => ({
      ...one,
      expiresAt: one.expiresAt === null ? null : new Date(one.expiresAt),
    })),
  };
}
