import type { DueBatch } from '../../../ports/jobs.js';
import type { Query } from '../core/pools.js';

/** A service account's credentials count for its keeper. */
const WAITING = `
  select c.id, c.next_test_at, row_number() over (
      partition by coalesce(s.created_by, c.owner) order by c.next_test_at, c.id) as place
  from broker.credentials c left join broker.service_accounts s on 'sa:' || s.id = c.owner`;

/**
 * The host, as far as it is known from the settings: its jobs run in two lanes, whichever workers take them, so that
 * few meet a host whose turns are all taken; those that sign in alike run in one, one after the other. A test
 * that fails to be kept is tried once more and no oftener, since each try is a login. What is claimed counts as due
 * again after `$3` seconds, should all else be lost. The first of each owner's go first, after all other work.
 */
const ENQUEUE = `
  with waiting as (
    ${WAITING} where c.status = 'active' and c.next_test_at <= $1 and c.id <> all ($6::uuid[])
      and ($8::uuid[] is null or c.id = any ($8::uuid[]))
  ), chosen as (
    select id, place from waiting order by place, next_test_at, id limit $2
  ), free as (
    select c.id, chosen.place from chosen join broker.credentials c on c.id = chosen.id
    where c.status = 'active' and c.next_test_at <= $1 for update of c skip locked
  ), due as (
    update broker.credentials c set next_test_at = $1::timestamptz + make_interval(secs => $3),
      test_claim = c.test_claim + 1
    from free where c.id = free.id
    returning c.id, c.test_claim, c.account_key, free.place, lower(regexp_replace(left(coalesce(c.settings->>'host',
      c.settings->>'base_url', c.settings->>'server_url', c.settings->>'endpoint_url', c.service_type), 300),
      '^[a-zA-Z]+://|[:/].*$', '', 'g')) as host
  ), laned as (
    select id, test_claim, place, 'test ' || left(host, 80) || ' ' || (hashtext(coalesce(account_key, id::text)) & 1) as lane
    from due
  )
  select count(job.id)::integer as many from laned cross join lateral graphile_worker.add_job('test_credential',
    payload := json_build_object('credential_id', id, 'claim', test_claim, 'lane', lane), job_key := 'test:' || id,
    max_attempts := 2, queue_name := lane, priority := least(30000, $7 + place)::integer,
    run_at := now() + make_interval(secs => $4 + random() * $5)) job`;

const FIRST = `
  with waiting as (
    ${WAITING} where c.status = 'active' and c.next_test_at <= $1 and c.id <> all ($2::uuid[])
  ) select id from waiting order by place, next_test_at, id limit $3`;

/** Claims what is due and enqueues it in one statement; how many. */
export async function enqueueDueTests(
  query: Query,
  due: DueBatch & { now: Date; againMs: number },
): Promise<number> {
  const times = [due.againMs, due.afterMs, due.spreadMs].map((ms) => ms / 1000);
  const values = [
    due.now,
    due.limit,
    ...times,
    [...due.except],
    due.before,
    due.only === undefined ? null : [...due.only],
  ];
  const [enqueued] = await query<{ many: number }>({ text: ENQUEUE, values });
  return enqueued?.many ?? 0;
}

/** Those that would be claimed first. */
export async function dueTests(
  query: Query,
  now: Date,
  { limit, except }: Pick<DueBatch, 'limit' | 'except'>,
): Promise<string[]> {
  const due = await query<{ id: string }>({ text: FIRST, values: [now, [...except], limit] });
  return due.map(({ id }) => id);
}
