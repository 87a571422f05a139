import { expect } from 'chai';
import knex from 'knex';
import { migrationNames, migrationSource } from '../../../src/adapters/postgres/migrate/migrationFiles.js';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { freshRecords, type TestRecords } from '../postgres/postgresSupport.js';

/** A line of a private key and other texts that older versions took for names. */
const NO_NAMES = ['MIIEvQIBADANBgkqhkiG9w0BAQ/EFAASC+Kc', 'a b', '1ST', 'ÄPFEL', 'X'.repeat(129), 'K=', ''];
const NAMES = ['API_TOKEN', '_x1', 'MACHINE_CRED_web-01.lab', 'Y'.repeat(128)];

const ANSWER = `
  insert into broker.idempotency_keys (actor, key, request_fingerprint, state, locked_until, response, created_at)
    values ('local:a', $1, 'f', 'done', now(), $2, now())`;
const LEFTOVERS = 'insert into broker.env_leftovers (principal, names, imported_at) values ($1, $2, now())';
const NOTICE = `
  with n as (insert into broker.notifications (kind, period, recipient, body)
      values ('env_leftovers', $1, 'local:a', $2) returning id),
    c as (insert into broker.notification_channels (id, name, kind, sealed_target, shown_target, min_severity, kinds, labels, created_at, created_by)
      values (gen_random_uuid(), $1, 'mail', 's', 's', 'info', '{}', '{}', now(), 'x') returning id)
  insert into broker.notification_deliveries (notification_id, channel_id, state, next_attempt_at, created_at)
    select n.id, c.id, 'pending', now(), now() from n, c`;
const CREDENTIAL = `
  insert into broker.credentials (id, name, service_type, owner, vault_path, env_names, labels, status, health, created_at,
    created_by, updated_at, updated_by)
    values (('00000000-0000-4000-8000-00000000000' || $1::int)::uuid, $3, 'other', $2, 'p' || $1::int, '{}', '{}', 'active',
      'ok', now(), 'x', now(), 'x')`;

describe('the migration that takes texts of imports away', () => {
  let records: TestRecords;
  before(async () => {
    records = await freshRecords();
    const config = {
      migrationSource: await migrationSource(),
      schemaName: 'broker',
      tableName: 'migrations',
    };
    const db = knex({ client: 'pg', connection: records.ownerUrl });
    const names = await migrationNames();
    for (let n = names.length; n > names.indexOf('034_texts_of_imports'); n -= 1)
      await db.migrate.down(config);
    await db.destroy();
    await oldRows();
    await migrate({ ownerUrl: records.ownerUrl, appRole: records.appRole });
  });
  after(() => records.close());

  async function oldRows(): Promise<void> {
    const insert = (sql: string, values: unknown[]) => records.owner.query(sql, values);
    for (const [key, body] of [
      ['rows', { rows: [{ name: NO_NAMES[0] }] }],
      ['left', { stillInEnvironment: NO_NAMES }],
      ['warnings', { warnings: [NO_NAMES[0]], id: 'x' }],
      ['other', { id: 'x', name: 'rows' }],
      ['empty', {}],
    ] as const)
      await insert(ANSWER, [key, JSON.stringify({ status: 200, body })]);
    for (const [principal, left] of [
      ['local:mixed', [NO_NAMES[0], NAMES[1], ...NO_NAMES, NAMES[0]]],
      ['local:clean', NAMES],
      ['local:none', NO_NAMES],
    ])
      await insert(LEFTOVERS, [principal, left]);
    for (const [n, names] of [
      NAMES.join(', '),
      'A, B and 3 more',
      NO_NAMES[0],
      `A, ${NO_NAMES[0]}`,
      'A, ',
    ].entries())
      await insert(NOTICE, [String(n), JSON.stringify({ names })]);
    for (const [n, owner, name] of [
      [1, 'local:a', 'Cafe\u0301'],
      [2, 'local:b', 'Cafe\u0301'],
      [3, 'local:b', 'Caf\u00e9'],
      [4, 'local:c', 'Plain'],
    ])
      await insert(CREDENTIAL, [n, owner, name]);
  }

  const column = async (sql: string) => (await records.owner.query(sql)).rows.map((row) => row['v']);

  it('drops stored answers to imports, and no others', async () => {
    expect(await column('select key as v from broker.idempotency_keys order by key')).to.deep.equal([
      'empty',
      'other',
    ]);
  });

  it('keeps of the names left over those that are names, in their order, and no row without one', async () => {
    const { rows } = await records.owner.query('select principal, names from broker.env_leftovers');
    expect(Object.fromEntries(rows.map((row) => [row['principal'], row['names']]))).to.deep.equal({
      'local:mixed': [NAMES[1], NAMES[0]],
      'local:clean': NAMES,
    });
  });

  it('drops notices that quote what is no name', async () => {
    const kept = await column(`select body->>'names' as v from broker.notifications order by period`);
    expect(kept).to.deep.equal([NAMES.join(', '), 'A, B and 3 more']);
  });

  it('brings names of credentials into one Unicode form, but never two of an owner into one', async () => {
    expect(await column('select name as v from broker.credentials order by id')).to.deep.equal([
      'Caf\u00e9',
      'Cafe\u0301',
      'Caf\u00e9',
      'Plain',
    ]);
  });

  it('leaves no such text in any of these tables', async () => {
    for (const table of ['idempotency_keys', 'env_leftovers', 'notifications'])
      expect((await column(`select t::text as v from broker.${table} t`)).join()).to.not.contain('MIIEvQIB');
  });
});
