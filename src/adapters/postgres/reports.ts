import type { HealthChange, Report, ReportedCredential } from '../../domain/report.js';
import type { Reports, StoredReport } from '../../ports/reports.js';
import { toSql, uuidOrNull } from './credentialRow.js';
import type { Query, Row } from './pools.js';

/** `$1` a team or null for all; what the team was granted. */
const SCOPE = `
  scope as (
    select c.* from broker.credentials c
    where c.status in ('active', 'disabled') and ($1::text is null or exists (
      select 1 from broker.grants g where g.credential_id = c.id and g.subject_kind = 'team' and g.subject = $1
        and (g.expires_at is null or g.expires_at > $3)))
  )`;

/** The raw rows are counted, not what was rolled up of them. `$2` and `$3` are the ends of the time. */
const CREDENTIALS = `
  with ${SCOPE}, tested as (
    select credential_id, count(*) as tests, count(*) filter (where code in ('ok', 'insufficient_permission',
      'quota_exhausted', 'no_auth_required')) as tests_ok
    from broker.test_runs where tested_at >= $2 and tested_at < $3 group by 1
  ), used as (
    select credential_id, count(*) as uses, count(*) filter (where not success) as failed,
      count(distinct caller) as callers
    from broker.credential_usage where used_at >= $2 and used_at < $3 group by 1
  ), drifted as (
    select credential_id, count(*) as drifts from broker.audit_events
    where action = 'credential.drift_found' and at >= $2 and at < $3 group by 1
  )
  select s.id, s.name, s.service_type, s.owner, s.health, s.last_test_code, s.last_tested_at, s.expires_at,
    s.next_rotation_at, s.created_at, coalesce(s.last_rotated_at, v.recorded_at, s.created_at) as secret_since,
    greatest(nullif(l.last_used_at, '-infinity'), u.at) as last_used_at,
    coalesce(tested.tests, 0) as tests, coalesce(tested.tests_ok, 0) as tests_ok, coalesce(used.uses, 0) as uses,
    coalesce(used.failed, 0) as uses_failed, coalesce(used.callers, 0) as used_by,
    coalesce(newest.warnings, '{}') as warnings, coalesce(drifted.drifts, 0) as drifts
  from scope s
  left join tested on tested.credential_id = s.id
  left join used on used.credential_id = s.id
  left join drifted on drifted.credential_id = s.id::text
  left join broker.credential_last_use l on l.credential_id = s.id
  left join lateral (select max(used_at) as at from broker.credential_usage x
    where x.credential_id = s.id and x.used_at >= $2 and x.used_at < $3) u on true
  left join lateral (
    select max(w.recorded_at) as recorded_at from broker.credential_versions w
    where w.credential_id = s.id and w.changed_fields && s.secret_fields
  ) v on true
  left join lateral (
    select t.warnings from broker.test_runs t where t.credential_id = s.id and t.tested_at < $3
    order by t.tested_at desc, t.id desc limit 1
  ) newest on true
  order by s.name, s.id`;

/** Only tests of which the one before found something else; the one before may lie before the time. */
const CHANGES = `
  with ${SCOPE}, told as (
    select t.credential_id, t.tested_at, t.health, t.code,
      lag(t.health) over (partition by t.credential_id order by t.tested_at, t.id) as before
    from broker.test_runs t join scope s on s.id = t.credential_id
    where t.tested_at >= $2::timestamptz - interval '31 days' and t.tested_at < $3
  )
  select * from told where tested_at >= $2 and before is distinct from health order by tested_at, credential_id`;

const LIST = `
  select id, team, from_at, to_at, made_at, made_by, body from broker.reports
  where $1::text[] is null or team = any ($1::text[]) order by made_at desc, id desc limit $2`;

/** What reports are made of, and those that were made. `slow` for what reads a lot. */
export function postgresReports(query: Query, slow: Query): Reports {
  return {
    async credentials(team, { from, to }) {
      return (await slow({ text: CREDENTIALS, values: [team, from, to] })).map(toCredential);
    },
    async changes(team, { from, to }) {
      return (await slow({ text: CHANGES, values: [team, from, to] })).map(toChange);
    },
    async list(teams, limit) {
      return (await query({ text: LIST, values: [teams, limit] })).map(toReport);
    },
    async report(id) {
      const text = 'select * from broker.reports where id = $1';
      const [row] = await query({ text, values: [uuidOrNull(id)] });
      return row === undefined ? null : toReport(row);
    },
    async last(team) {
      const text = `select * from broker.reports where team is not distinct from $1::text
                    order by made_at desc, id desc limit 1`;
      const [row] = await query({ text, values: [team] });
      return row === undefined ? null : toReport(row);
    },
  };
}

export async function insertReport(query: Query, report: StoredReport): Promise<void> {
  const text = `insert into broker.reports (id, team, from_at, to_at, made_at, made_by, body)
                values ($1, $2, $3, $4, $5, $6, $7)`;
  const { id, team, from, to, madeAt, madeBy, body } = report;
  await query({ text, values: [id, team, from, to, madeAt, madeBy, toSql(body)] });
}

function toCredential(row: Row): ReportedCredential {
  const counts = ['tests', 'tests_ok', 'uses', 'uses_failed', 'used_by', 'drifts'].map((name) =>
    Number(row[name]),
  );
  const [tests, testsOk, uses, usesFailed, usedBy, drifts] = counts;
  return {
    id: row['id'],
    name: row['name'],
    serviceType: row['service_type'],
    owner: row['owner'],
    health: row['health'],
    lastTestCode: row['last_test_code'],
    lastTestedAt: row['last_tested_at'],
    expiresAt: row['expires_at'],
    nextRotationAt: row['next_rotation_at'],
    secretSince: row['secret_since'],
    lastUsedAt: row['last_used_at'],
    createdAt: row['created_at'],
    warnings: row['warnings'],
    tests,
    testsOk,
    uses,
    usesFailed,
    usedBy,
    drifts,
  } as ReportedCredential;
}

function toChange(row: Row): HealthChange {
  return {
    credentialId: row['credential_id'],
    at: row['tested_at'],
    from: row['before'],
    to: row['health'],
    code: row['code'],
  } as HealthChange;
}

function toReport(row: Row): StoredReport {
  return {
    id: row['id'] as string,
    team: row['team'] as string | null,
    from: row['from_at'] as Date,
    to: row['to_at'] as Date,
    madeAt: row['made_at'] as Date,
    madeBy: row['made_by'] as string,
    body: row['body'] as Report,
  };
}
