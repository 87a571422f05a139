import type { Query } from './pools.js';

/**
 * The host, as far as it is known from the settings: its jobs run in two lanes, whichever workers take them, so that
 * few meet a host whose turns are all taken; those that sign in alike run in one, one after the other. A test
 * that fails to be kept is tried once more and no oftener, since each try is a login. What is claimed counts as due
 * again after `$3` seconds, should all else be lost.
 */
const ENQUEUE = `
  with due as (
    update broker.credentials set next_test_at = $1::timestamptz + make_interval(secs => $3),
      test_claim = test_claim + 1
    where id in (
      select id from broker.credentials where status = 'active' and next_test_at <= $1
      order by next_test_at limit $2 for update skip locked
    )
    returning id, test_claim, account_key, lower(regexp_replace(coalesce(settings->>'host', settings->>'base_url', settings->>'server_url',
      settings->>'endpoint_url', service_type), '^[a-zA-Z]+://|[:/].*$', '', 'g')) as host
  ), laned as (
    select id, test_claim, 'test ' || left(host, 80) || ' ' || (hashtext(coalesce(account_key, id::text)) & 1) as lane from due
  )
  select count(job.id)::integer as many from laned cross join lateral graphile_worker.add_job('test_credential',
    payload := json_build_object('credential_id', id, 'claim', test_claim, 'lane', lane), job_key := 'test:' || id,
    max_attempts := 2, queue_name := lane,
    run_at := now() + make_interval(secs => $4 + random() * $5)) job`;

/** Claims what is due and enqueues it in one statement; how many. */
export async function enqueueDueTests(
  query: Query,
  due: { now: Date; limit: number; afterMs: number; spreadMs: number; againMs: number },
): Promise<number> {
  const times = [due.againMs, due.afterMs, due.spreadMs].map((ms) => ms / 1000);
  const [row] = await query({ text: ENQUEUE, values: [due.now, due.limit, ...times] });
  return Number(row?.['many'] ?? 0);
}
