import type pg from 'pg';
import { HOUR_MS, MINUTE_MS } from '../../../domain/time/units.js';
import type { Jobs, JobWrites } from '../../../ports/jobs.js';
import type { Clock, Log } from '../../../ports/runtime.js';
import { type Query, queryOn } from '../core/pools.js';
import { toSql } from '../core/values.js';
import { dueTests, enqueueDueTests } from '../testing/dueTests.js';
import { forgetQueues } from './jobQueues.js';
import { startJobRunner } from './jobRunner.js';
import { jobsStatus } from './jobsStatus.js';

const LEASE_MS = MINUTE_MS;
const MAX_ATTEMPTS = 25;

export interface JobsOptions {
  pool: pg.Pool;
  clock: Clock;
  log: Log;
  /** After so long without a sign of life a worker counts as dead. */
  leaseMs?: number;
}

/** Should both the job and its result be lost, a credential is tested again after this. */
const TEST_AGAIN_MS = 6 * HOUR_MS;

/** A job that waits keeps its time; one that failed gets its attempts back. */
const addJob = (priority: string) => `
  graphile_worker.add_job($1::text, payload := $2::json, queue_name := $3::text, run_at := $4::timestamptz,
    max_attempts := $5::integer, job_key := $6::text, job_key_mode := 'preserve_run_at', priority := ${priority})`;

const NOW = 'select clock_timestamp() as now';

/** One statement, so that the moment moves on and the job is there, or neither. */
const ENQUEUE_DUE = `
  with due as (
    update broker.worker_schedules set last_due_at = next_due_at, next_due_at = $7
    where name = $1 and next_due_at <= clock_timestamp() returning name
  ) select ${addJob('0')} is not null as added from due`;

/** `$2` is the next moment of the schedule: what is due after it, while it has not come yet, is wrong. */
const PUT_RIGHT = `
  update broker.worker_schedules set next_due_at = $2
  where name = $1 and next_due_at > $2 and clock_timestamp() < $2 returning name`;

const FORGET_DEAD = `
  select id from graphile_worker.complete_jobs(array(
    select id from graphile_worker.jobs
    where locked_at is null and attempts >= max_attempts and updated_at < $1 limit 10000))`;

const DECLARE = `
  insert into broker.worker_schedules as known (name, expression, timezone, next_due_at) values ($1, $2, $3, $4)
  on conflict (name) do update set expression = excluded.expression, timezone = excluded.timezone,
    next_due_at = case when (known.expression, known.timezone) = (excluded.expression, excluded.timezone)
      then known.next_due_at else excluded.next_due_at end`;

/** Enqueues on any connection, also within a transaction. */
export function jobWrites(query: Query): JobWrites {
  return {
    async enqueue({ task, key, queue, payload = {}, runAt, maxAttempts = MAX_ATTEMPTS, priority = 0 }) {
      const values = [task, toSql(payload), queue ?? null, runAt ?? null, maxAttempts, key ?? null, priority];
      await query({ text: `select ${addJob('$7::integer')}`, values });
    },
  };
}

/** The queue in the schema `graphile_worker`, and what belongs to it in ours. */
export function postgresJobs({ pool, clock, log, leaseMs = LEASE_MS }: JobsOptions): Jobs {
  const query = queryOn(pool);
  const now = async (): Promise<Date> => (await query<{ now: Date }>({ text: NOW }))[0]?.now as Date;
  return {
    ...jobWrites(query),
    async declare({ name, expression, timezone }, nextDue) {
      await query({ text: DECLARE, values: [name, expression, timezone, nextDue(await now())] });
    },
    async enqueueDue({ name }, nextDue) {
      const next = nextDue(await now());
      if ((await query({ text: PUT_RIGHT, values: [name, next] })).length > 0)
        log.error('schedule_put_right', { schedule: name });
      const values = [name, toSql({}), name, null, MAX_ATTEMPTS, name, next];
      return (await query({ text: ENQUEUE_DUE, values })).length > 0;
    },
    work: (handlers) => startJobRunner({ pool, clock, log, leaseMs }, handlers),
    enqueueDueTests: (now, batch) => enqueueDueTests(query, { now, ...batch, againMs: TEST_AGAIN_MS }),
    dueTests: (now, batch) => dueTests(query, now, batch),
    async forgetDead(before) {
      return (await query({ text: FORGET_DEAD, values: [before] })).length;
    },
    forgetQueues: () => forgetQueues(pool),
    status: () => jobsStatus(query, leaseMs),
  };
}
