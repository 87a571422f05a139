import type { HealthMark } from '../../../domain/testing/uptime.js';
import type { HealthReads } from '../../../ports/testing.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';

/** The version that was the active one when a run took place. */
const ACTIVE_THEN = `(
  select a.version from broker.active_versions a
  where a.credential_id = r.credential_id and a.since <= r.tested_at order by a.since desc limit 1)`;

/** A test that the broker's own rules stopped says nothing about the service. */
const VERDICT = `case when r.code = 'denied_by_policy' then 'unchecked' else r.health end`;

/** The runs of the version that was active then, what was true before the first of them, and when a version began. */
const MARKS = `
  with marks as (
    (select r.tested_at as at, ${VERDICT} as health, 1 as rank from broker.test_runs r
      where r.credential_id = $1 and r.tested_at <= $2 and r.version = ${ACTIVE_THEN}
      order by r.tested_at desc limit 1)
    union all
    select r.tested_at, ${VERDICT}, 1 from broker.test_runs r
      where r.credential_id = $1 and r.tested_at > $2 and r.tested_at <= $3 and r.version = ${ACTIVE_THEN}
    union all
    select a.since, 'unchecked', 0 from broker.active_versions a where a.credential_id = $1 and a.since <= $3
  ), changes as (
    select at, health, lag(health) over (order by at, rank) as before from marks
  )
  select at, health from changes where health is distinct from before order by at`;

const SINCE = `
  select case when health = 'unchecked'
    then (select max(since) from broker.active_versions a where a.credential_id = c.id)
    else health_since end as since
  from broker.credentials c where id = $1`;

const TOTALS = `
  select 'health' as kind, health as word, count(*) as n from broker.credentials where status = 'active' group by health
  union all
  select 'paused', '', count(*) from broker.credentials
    where status = 'active' and health = 'rejected' and next_test_at is null
  union all
  select 'tests', code, sum(total)::bigint from broker.test_counts group by code`;

/** How the health of a credential went, and how that of all is. */
export function healthReads(query: Query): HealthReads {
  return {
    async healthHistory(credentialId, from, to) {
      const id = uuidOrNull(credentialId);
      const [known] = await query<{ since: Date | null }>({ text: SINCE, values: [id] });
      const marks = await query<HealthMark>({ text: MARKS, values: [id, from, to] });
      return { since: known?.since ?? null, marks };
    },
    async healthTotals() {
      const rows = await query<{ kind: 'health' | 'paused' | 'tests'; word: string; n: number }>({
        text: TOTALS,
      });
      const of = (wanted: string) =>
        rows.filter(({ kind }) => kind === wanted).map(({ word, n }) => [word, n] as const);
      return {
        credentials: Object.fromEntries(of('health')),
        paused: of('paused')[0]?.[1] ?? 0,
        tests: Object.fromEntries(of('tests')),
      };
    },
  };
}
