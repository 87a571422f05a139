import pg from 'pg';
import { rollUpUsage } from '../../src/adapters/postgres/credentials/usageRollUp.js';

export const CREDENTIALS = 100_000;
export const USAGE_ROWS = 5_000_000;

/** A user who owns 400 of the credentials and reaches some 2,500 through two teams. */
export const MEMBER = 7;
/** Seconds of the newest credential; each older one was made ten seconds before. */
const NEWEST = `timestamptz '2026-01-01 00:00:00+00'`;

/** The id of the nth credential, oldest first. */
export const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const CREDENTIAL_ROWS = `
  insert into broker.credentials (id, name, service_type, owner, vault_path, active_version, active_created_time,
    latest_version, settings, secret_fields, description, labels, status, health, expires_at, created_at, created_by,
    updated_at, updated_by)
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
    'Lab ' || md5(n::text) || ' no ' || n,
    (array['proxmox','proxmox','proxmox','proxmox','aws','aws','azure','openai','vmware','other'])[1 + n % 10],
    'glassdome:' || case when n % 250 = 0 then ${MEMBER} else 1000 + n % 997 end,
    'bench/' || n, 1, '2026-01-01T00:00:00Z', 1,
    jsonb_build_object('host', 'host-' || n || '.lab.example', 'user', 'apex@pve'), '{token_value}',
    case when n % 20000 = 7 then 'the rare zebra' when n % 2 = 0 then 'used for labs' else '' end,
    jsonb_build_object('environment', case when n % 4 = 0 then 'prod' else 'lab' end, 'rack', 'r' || n % 5000),
    case when n % 100 = 99 then 'deleted' else 'active' end,
    case when n % 10 < 6 then 'ok' when n % 10 < 9 then 'unchecked' when n % 3000 = 9 then 'rejected' else 'unreachable' end,
    case when n % 50 = 0 then ${NEWEST} + make_interval(days => n % 365) end,
    ${NEWEST} - make_interval(secs => 10.0 * (${CREDENTIALS} - n)), 'glassdome:1',
    ${NEWEST}, 'glassdome:1'
  from generate_series(1, ${CREDENTIALS}) n`;

const TEAMS = `
  insert into broker.teams (name, created_at, created_by) values
    ('team-blue', now(), 'glassdome:1'), ('team-red', now(), 'glassdome:1'), ('team-all', now(), 'glassdome:1')`;

const GRANTS = `
  insert into broker.grants (credential_id, subject_kind, subject, level, created_at, created_by)
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'team', team, 'read', now(), 'glassdome:1'
  from generate_series(1, ${CREDENTIALS}) n cross join (values ('team-blue', 50), ('team-red', 200), ('team-all', 2)) t (team, every)
  where n % every = 1
  union all
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'user', 'glassdome:' || 2000 + n % 1000, 'use', now(), 'glassdome:1'
  from generate_series(1, ${CREDENTIALS}) n`;

/** The last 40 days; a hundredth of the credentials takes a third of the reads, and one in five thousand none. */
const USAGE = `
  insert into broker.credential_usage (credential_id, used_by, used_at, success, caller)
  select ('00000000-0000-4000-8000-' || lpad((case when n % 3 = 0 then 100 * (1 + n / 3 % ${CREDENTIALS / 100})
      else 1 + n % ${CREDENTIALS} end)::text, 12, '0'))::uuid,
    'agent-' || n % 50, date_trunc('milliseconds', $1::timestamptz - make_interval(secs => 3456000.0 * n / ${USAGE_ROWS})),
    n % 40 <> 0, 'glassdome:' || 1000 + n % 997
  from generate_series($2::integer, $3::integer) n
  where (1 + n % ${CREDENTIALS}) % 5000 <> 4321`;

/** Fills an empty database; one that was filled before keeps its rows. */
export async function fillLists(ownerUrl: string, tell: (line: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await fill(client, tell);
    // A broker that has run for ten minutes has done this.
    await rollUpUsage(async ({ text }) => (await client.query(text)).rows, {
      info: tell,
      warn: tell,
      error: tell,
    });
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

async function fill(client: pg.Client, tell: (line: string) => void): Promise<void> {
  await client.query('create table if not exists public.bench_filled (at timestamptz not null)');
  if ((await client.query('select 1 from public.bench_filled')).rowCount !== 0) return;
  tell(`Making ${CREDENTIALS} credentials and ${USAGE_ROWS} usage rows, once; kept for the next run`);
  await client.query('truncate broker.credentials, broker.teams, broker.credential_usage cascade');
  for (const sql of [CREDENTIAL_ROWS, TEAMS, GRANTS, MEMBERS]) await client.query(sql);
  const now = new Date();
  const step = USAGE_ROWS / 10;
  for (let from = 1; from <= USAGE_ROWS; from += step) {
    await client.query(USAGE, [now, from, from + step - 1]);
  }
  await client.query('insert into public.bench_filled values (now())');
}

const MEMBERS = `
  insert into broker.team_members (team, principal, added_at, added_by) values
    ('team-blue', 'glassdome:${MEMBER}', now(), 'glassdome:1'), ('team-red', 'glassdome:${MEMBER}', now(), 'glassdome:1')`;
