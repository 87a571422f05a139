import type pg from 'pg';
import type { Health } from '../../src/domain/credentials/credential.js';
import { healthAfter } from '../../src/domain/testing/health.js';
import type { TestCode } from '../../src/domain/testing/testResult.js';
import type { SampleCredential, Week } from './credentials.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVERY_MS = 6 * HOUR_MS;
const DAYS = 7;

/** What a test found, by how many hours ago it was. */
const CODE_AT: Readonly<Record<Exclude<Week, 'untested'>, (hoursAgo: number) => TestCode>> = {
  fine: () => 'ok',
  outage: (ago) => (ago > 66 && ago < 84 ? 'unreachable' : 'ok'),
  down: (ago) => (ago < 30 ? 'unreachable' : 'ok'),
  refused: (ago) => (ago < 45 ? 'invalid_credential' : 'ok'),
  limited: (ago) => (ago < 100 ? 'insufficient_permission' : 'ok'),
  expired: (ago) => (ago < 72 ? 'expired' : 'ok'),
};
const ADVICE: Partial<Record<TestCode, string>> = {
  ok: 'The service accepted the credential.',
  unreachable: 'Nothing answers at this address. Check that the host is up and that the broker may reach it.',
  invalid_credential: 'The service refused the password. Set the current one.',
  insufficient_permission: 'The service knows this key, and it lacks a right. Ask for the missing right.',
  expired: 'The key has expired. Make a new one.',
};
/** After these no further test runs until another value is stored. */
const LAST: readonly TestCode[] = ['invalid_credential', 'expired'];

interface Run {
  at: Date;
  code: TestCode;
  health: Health;
}

/** The tests of the last week, the oldest first. */
export function runsOf(week: Week, now: Date): Run[] {
  if (week === 'untested') return [];
  const runs: Run[] = [];
  for (let ago = DAYS * DAY_MS - HOUR_MS; ago > 0; ago -= EVERY_MS) {
    const code = CODE_AT[week](ago / HOUR_MS);
    runs.push({ at: new Date(now.getTime() - ago), code, health: healthAfter(code, 'unchecked') });
    if (LAST.includes(code)) break;
  }
  return runs;
}

/** Makes a credential that was stored just now look as if it had been in use for a while. One transaction each. */
export async function writeHistory(
  owner: pg.Client,
  id: string,
  sample: SampleCredential,
  users: readonly { usedBy: string; caller: string }[],
): Promise<void> {
  const now = new Date();
  const stored = new Date(now.getTime() - (sample.ageDays ?? 40) * DAY_MS);
  const runs = runsOf(sample.week, now).filter(({ at }) => at > stored);
  await owner.query('begin');
  await backdate(owner, id, stored);
  await insertRuns(owner, id, runs);
  await settle(owner, id, runs);
  await rewriteStates(owner, id, stored, runs);
  await insertUses(owner, id, { count: sample.uses ?? 0, users, now });
  await owner.query('commit');
}

async function backdate(owner: pg.Client, id: string, stored: Date): Promise<void> {
  for (const text of [
    'update broker.grants set credential_created_at = $2 where credential_id = $1',
    'update broker.credential_versions set recorded_at = $2 where credential_id = $1',
    'update broker.active_versions set since = $2 where credential_id = $1',
    `update broker.credentials set created_at = $2, last_rotated_at = $2,
      next_rotation_at = $2::timestamptz + make_interval(days => rotation_interval_days) where id = $1`,
  ])
    await owner.query(text, [id, stored]);
}

async function insertRuns(owner: pg.Client, id: string, runs: readonly Run[]): Promise<void> {
  for (const [index, { at, code, health }] of runs.entries())
    await owner.query(
      `insert into broker.test_runs (credential_id, version, tested_at, trigger, caller, code, failed_step, advice, health,
        warnings, duration_ms) values ($1, 1, $2, 'schedule', 'system', $3, $4, $5, $6, '{}', $7)`,
      [id, at, code, stepOf(code), ADVICE[code] ?? '', health, 80 + ((index * 37) % 160)],
    );
}

function stepOf(code: TestCode): string | null {
  if (code === 'ok') return null;
  if (code === 'unreachable') return 'address';
  return code === 'insufficient_permission' ? 'permission' : 'authentication';
}

/** The state that the last run left. A test on schedule would only find that the address does not exist. */
async function settle(owner: pg.Client, id: string, runs: readonly Run[]): Promise<void> {
  const last = runs.at(-1);
  if (last === undefined) {
    await owner.query('update broker.credentials set next_test_at = null where id = $1', [id]);
    return;
  }
  const since = runs.findLast((run, index) => run.health !== runs[index - 1]?.health) ?? last;
  await owner.query(
    `update broker.credentials set health = $2, last_test_code = $3, last_tested_at = $4, health_since = $5,
      next_test_at = case when $2 = 'rejected' then null else now() + interval '1 year' end where id = $1`,
    [id, last.health, last.code, last.at, since.at],
  );
}

/** Reports count from these rows; they are appended in the order of time, so those of today make room. */
async function rewriteStates(
  owner: pg.Client,
  id: string,
  stored: Date,
  runs: readonly Run[],
): Promise<void> {
  await owner.query('delete from broker.credential_states where credential_id = $1', [id]);
  const changes = runs.filter((run, index) => run.health !== runs[index - 1]?.health);
  for (const { at, code, health } of [{ at: stored, code: null, health: 'unchecked' }, ...changes])
    await owner.query(
      `insert into broker.credential_states
        (credential_id, at, status, active_version, health, code, expires_at, next_rotation_at, teams)
      select c.id, $2, c.status, c.active_version, $3, $4, c.expires_at, c.next_rotation_at,
        coalesce((select jsonb_object_agg(g.subject, g.expires_at) from broker.grants g
          where g.credential_id = c.id and g.subject_kind = 'team'), '{}')
      from broker.credentials c where c.id = $1`,
      [id, at, health, code],
    );
}

async function insertUses(
  owner: pg.Client,
  id: string,
  { count, users, now }: { count: number; users: readonly { usedBy: string; caller: string }[]; now: Date },
): Promise<void> {
  if (count === 0 || users.length === 0) return;
  for (let index = 0; index < count; index += 1) {
    const user = users[index % users.length] as (typeof users)[number];
    const at = new Date(now.getTime() - ((index + 0.5) / count) * DAYS * DAY_MS);
    const failed = index % 41 === 17;
    await owner.query(
      `insert into broker.credential_usage (credential_id, used_by, used_at, success, error_code, caller, reported)
        values ($1, $2, $3, $4, $5, $6, true)`,
      [id, user.usedBy, at, !failed, failed ? 'timeout' : null, user.caller],
    );
  }
  await owner.query(
    `update broker.credential_last_use set last_used_at =
      (select max(used_at) from broker.credential_usage where credential_id = $1) where credential_id = $1`,
    [id],
  );
}
