import type {
  HealthChange,
  OpenDrift,
  ReportedCredential,
  UseCount,
} from '../../../domain/reports/report.js';
import { MOST_USES_KEPT } from '../../../domain/reports/reportLines.js';
import type { Reports } from '../../../ports/reports.js';
import type { Query } from '../core/pools.js';

/** As it stood at `$3`. `$1` a team or null for all; what the team was granted. `$2` is the beginning of the time. */
const SCOPE = `
  latest as (
    select distinct on (s.credential_id) s.* from broker.credential_states s where s.at < $3
    order by s.credential_id, s.id desc
  ), scope as (
    select c.id, c.name, c.service_type, c.owner, c.created_at, s.active_version, s.health, s.code, s.expires_at,
      s.next_rotation_at
    from latest s join broker.credentials c on c.id = s.credential_id
    where s.status in ('active', 'disabled') and ($1::text is null or (
      s.teams ? $1::text and coalesce((s.teams ->> $1::text)::timestamptz > $3, true)))
  )`;

/** Tests count for the version that was the active one when they were made. */
/** `ever_worked`: not known to have never worked; of old credentials the first states are forgotten. */
const CREDENTIALS = `
  with ${SCOPE}, stretches as (
    select credential_id, active_version, at as since,
      lead(at, 1, 'infinity') over (partition by credential_id order by id) as until
    from broker.credential_states where at < $3 and credential_id in (select id from scope)
  ), activity as materialized (
    select * from stretches where until > $2
  ), tested as (
    select t.credential_id, count(*) as tests, count(*) filter (where t.code in ('ok', 'insufficient_permission',
      'quota_exhausted', 'no_auth_required')) as tests_ok
    from broker.test_runs t join activity a on a.credential_id = t.credential_id and a.active_version = t.version
      and t.tested_at >= a.since and t.tested_at < a.until
    where t.tested_at >= $2 and t.tested_at < $3 group by 1
  ), reported as (
    select u.credential_id, count(*) as uses, count(*) filter (where not u.success) as uses_failed
    from broker.credential_usage u
    where u.used_at >= $2 and u.used_at < $3 and u.credential_id in (select id from scope) group by 1
  )
  select s.id, s.name, s.service_type as "serviceType", s.owner, s.health, s.code as "lastTestCode",
    s.expires_at as "expiresAt", s.next_rotation_at as "nextRotationAt", s.created_at as "createdAt",
    coalesce(written.at, s.created_at) as "secretSince",
    greatest(used.at, case when l.last_used_at < $3 and isfinite(l.last_used_at) then l.last_used_at end) as "lastUsedAt",
    coalesce(tested.tests, 0) as tests, coalesce(tested.tests_ok, 0) as "testsOk",
    coalesce(reported.uses, 0) as uses, coalesce(reported.uses_failed, 0) as "usesFailed",
    coalesce(newest.warnings, '{}') as warnings,
    coalesce((select bool_or(w.health in ('ok', 'limited')) or min(w.at) > s.created_at + interval '1 minute'
      from broker.credential_states w where w.credential_id = s.id and w.at < $3), true) as "everWorked"
  from scope s
  left join tested on tested.credential_id = s.id
  left join reported on reported.credential_id = s.id
  left join broker.credential_last_use l on l.credential_id = s.id
  left join lateral (
    select u.used_at as at from broker.credential_usage u where u.credential_id = s.id and u.used_at < $3
    order by u.used_at desc, u.id desc limit 1
  ) used on true
  left join lateral (
    select max(v.recorded_at) as at from broker.credential_versions v
    where v.credential_id = s.id and v.version <= s.active_version and v.recorded_at < $3
      and v.changed_fields && v.secret_fields
  ) written on true
  left join lateral (
    select t.warnings from broker.test_runs t
    where t.credential_id = s.id and t.tested_at < $3 and t.version = s.active_version
    order by t.tested_at desc, t.id desc limit 1
  ) newest on true
  order by s.name, s.id`;

/** A new version is `unchecked` until its first test, which is then compared with the last of the version before. */
const CHANGES = `
  with ${SCOPE}, reported as (
    select t.credential_id, t.id, t.at, t.health, t.code,
      lag(t.health) over (partition by t.credential_id order by t.id) as before
    from broker.credential_states t join scope s on s.id = t.credential_id
    where t.health <> 'unchecked' and t.at < $3
  )
  select credential_id as "credentialId", at, before as "from", health as "to", code from reported where at >= $2 and before is distinct from health order by at, id`;

/** The busiest, and in each row how many there are in all. */
const USES = `
  with ${SCOPE}
  select u.credential_id as "credentialId", u.used_by as "usedBy", u.caller, count(*) as uses, count(*) filter (where not u.success) as failed,
    count(*) over () as groups
  from broker.credential_usage u join scope s on s.id = u.credential_id
  where u.used_at >= $2 and u.used_at < $3
  group by 1, 2, 3 order by 4 desc, 1, 2, 3 limit ${MOST_USES_KEPT}`;

/** What `glassdome findings` listed as open at that moment, but for orphans, which belong to no credential. */
const DRIFTS = `
  with ${SCOPE}
  select s.id as "credentialId", f.found_at as at, f.kind as code
  from scope s join broker.vault_findings f on f.credential_id = s.id
  where f.found_at < $3 and (f.resolved_at is null or f.resolved_at >= $3) and $2::timestamptz is not null
  order by 2, 1, 3`;

/** What a report is made of, counted from the raw rows. `slow` for what reads a lot. */
export function reportSource(slow: Query): Pick<Reports, 'source'> {
  return {
    async source(team, { from, to }) {
      const values = [team, from, to];
      const credentials = await slow<ReportedCredential>({ text: CREDENTIALS, values });
      const changes = await slow<HealthChange>({ text: CHANGES, values });
      const used = await slow<UseCount & { groups: number }>({ text: USES, values });
      const most = used.map(({ groups, ...use }) => use);
      const uses = { most, count: used[0]?.groups ?? 0 };
      const drifts = await slow<OpenDrift>({ text: DRIFTS, values });
      return { credentials, changes, uses, drifts };
    },
  };
}
