import { isTestCode, type TestRun } from '../../../domain/testing/testResult.js';
import type { ChangeTx } from '../../../ports/changes.js';
import type { Records } from '../../../ports/records.js';
import { assignments, given } from '../core/columns.js';
import { CREDENTIAL } from '../core/credentialRow.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query, Row } from '../core/pools.js';
import { insertRecord, uuidOrNull } from '../core/values.js';
import { whereClause } from '../core/whereClause.js';

const REFUSE = `
  insert into broker.refused_accounts (account_key, code, refused_at) values ($1, $2, $3)
  on conflict (account_key) do update set code = excluded.code, refused_at = excluded.refused_at`;

const STIR_ALIKE = `
  update broker.credentials set next_test_at = $3 where id in (
    select id from broker.credentials
    where account_key = $1 and id <> $2 and status = 'active'
      and case when $4 then health = 'rejected' and next_test_at is null
        else health <> 'rejected' and next_test_at is not null end
    for update skip locked
  )`;

export function testReads(query: Query): Pick<Records, 'testRuns' | 'lastRejection'> {
  return {
    async lastRejection(accountKey) {
      const text = 'select code from broker.refused_accounts where account_key = $1';
      const [refused] = await query({ text, values: [accountKey] });
      const code = refused === undefined ? null : String(refused['code']);
      return isTestCode(code) ? code : null;
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
      const text = `select * from broker.test_runs ${where.text()} order by tested_at desc, id desc limit ${limit}`;
      return pageOf(await query({ text, values: where.values() }), page, {
        item: toRun,
        position: (row) => ({ at: row['tested_at'] as Date, keys: [row['id'] as string] }),
      });
    },
  };
}

export function testWrites(
  query: Query,
): Pick<
  ChangeTx,
  'insertTestRun' | 'setTested' | 'refusedAccount' | 'acceptedAccount' | 'rescheduleSameAccount'
> {
  return {
    insertTestRun: (run) =>
      insertRecord(query, 'test_runs', {
        credential_id: run.credentialId,
        version: run.version,
        tested_at: run.testedAt,
        trigger: run.trigger,
        caller: run.caller,
        code: run.code,
        failed_step: run.failedStep,
        advice: run.advice,
        health: run.health,
        identity: run.identity,
        service_version: run.serviceVersion,
        warnings: run.warnings,
        duration_ms: run.durationMs,
      }),
    async setTested(credentialId, found) {
      const { columns, values } = given(CREDENTIAL, found);
      const at = (column: string) => `$${columns.indexOf(column) + 2}`;
      const sets = `${assignments(columns, 2).join(', ')}, health_since = case when health = ${at('health')} then health_since
        else ${at('last_tested_at')} end`;
      const text = `update broker.credentials set ${sets} where id = $1`;
      await query({ text, values: [uuidOrNull(credentialId), ...values] });
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

function toRun(row: Row): TestRun {
  return {
    credentialId: row['credential_id'],
    version: row['version'],
    testedAt: row['tested_at'],
    trigger: row['trigger'],
    caller: row['caller'],
    code: row['code'],
    failedStep: row['failed_step'],
    advice: row['advice'],
    health: row['health'],
    identity: row['identity'],
    serviceVersion: row['service_version'],
    warnings: row['warnings'],
    durationMs: row['duration_ms'],
  } as TestRun;
}
