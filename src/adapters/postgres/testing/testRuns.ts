import type { HealthNotes } from '../../../domain/notices/dueNotices.js';
import { isTestCode, type TestRun } from '../../../domain/testing/testResult.js';
import type { TestReads, TestWrites } from '../../../ports/testing.js';
import { assignments, type Columns, given, insertEntity, select } from '../core/columns.js';
import { CREDENTIAL } from '../core/credentialRow.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { whereClause } from '../core/whereClause.js';
import { HEALTH_NOTES, LATEST_HEALTH } from '../notices/notices.js';

/** The columns of `broker.test_runs`. */
const RUN: Columns<TestRun> = {
  credentialId: 'credential_id',
  version: 'version',
  testedAt: 'tested_at',
  trigger: 'trigger',
  caller: 'caller',
  code: 'code',
  failedStep: 'failed_step',
  advice: 'advice',
  health: 'health',
  identity: 'identity',
  serviceVersion: 'service_version',
  warnings: 'warnings',
  durationMs: 'duration_ms',
};

const REFUSE = `
  insert into broker.refused_accounts (account_key, code, refused_at) values ($1, $2, $3)
  on conflict (account_key) do update set code = excluded.code, refused_at = excluded.refused_at`;

const NOTES = `select ${HEALTH_NOTES} from broker.credentials c ${LATEST_HEALTH} where c.id = $1`;

const STIR_ALIKE = `
  update broker.credentials set next_test_at = $3 where id in (
    select id from broker.credentials
    where account_key = $1 and id <> $2 and status = 'active'
      and case when $4 then health = 'rejected' and next_test_at is null
        else health <> 'rejected' and next_test_at is not null end
    for update skip locked
  )`;

export function testReads(query: Query): TestReads {
  return {
    async lastRejection(accountKey) {
      const text = 'select code from broker.refused_accounts where account_key = $1';
      const [refused] = await query<{ code: string }>({ text, values: [accountKey] });
      return refused !== undefined && isTestCode(refused.code) ? refused.code : null;
    },
    async testRuns(credentialId, page) {
      const where = whereClause();
      where.and(`credential_id = ${where.value(uuidOrNull(credentialId))}`);
      const position = readCursor(page.cursor, ['uuid']);
      if (position !== null) {
        const at = where.value(position.at);
        where.and(`(tested_at, id) < (${at}, ${where.value(uuidOrNull(position.keys[0] ?? ''))}::uuid)`);
      }
      const limit = where.value(page.limit + 1);
      const text = `select id, ${select(RUN)} from broker.test_runs ${where.text()}
        order by tested_at desc, id desc limit ${limit}`;
      return pageOf(await query<TestRun & { id: string }>({ text, values: where.values() }), page, {
        item: ({ id, ...run }) => run,
        position: ({ id, testedAt }) => ({ at: testedAt, keys: [id] }),
      });
    },
  };
}

export function testWrites(query: Query): TestWrites {
  return {
    insertTestRun: (run) => insertEntity(query, 'test_runs', RUN, run),
    async setTested(credentialId, found) {
      const { columns, values } = given(CREDENTIAL, found);
      const at = (column: string) => `$${columns.indexOf(column) + 2}`;
      const sets = `${assignments(columns, 2).join(', ')}, health_since = case when health = ${at('health')} then health_since
        else ${at('last_tested_at')} end`;
      const text = `update broker.credentials set ${sets} where id = $1`;
      await query({ text, values: [uuidOrNull(credentialId), ...values] });
    },
    async healthNotes(credentialId) {
      const [row] = await query<HealthNotes>({ text: NOTES, values: [uuidOrNull(credentialId)] });
      return row ?? { healthSince: null, lastHealth: null };
    },
    async refusedAccount(accountKey, code, at) {
      await query({ text: REFUSE, values: [accountKey, code, at] });
    },
    async acceptedAccount(accountKey) {
      const text = 'delete from broker.refused_accounts where account_key = $1';
      await query({ text, values: [accountKey] });
    },
    async rescheduleSameAccount({ id, accountKey, accepted }, at) {
      await query({ text: STIR_ALIKE, values: [accountKey, uuidOrNull(id), at, accepted] });
    },
  };
}
