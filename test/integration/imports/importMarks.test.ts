import { expect } from 'chai';
import knex from 'knex';
import { migrationNames, migrationSource } from '../../../src/adapters/postgres/migrate/migrationFiles.js';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { freshRecords, type TestRecords } from '../postgres/postgresSupport.js';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

/** One that was imported twice and then rotated, and one that people made. */
const BEFORE = `
  insert into broker.credentials (id, name, service_type, owner, vault_path, env_names, status, health, created_at, created_by,
    updated_at, updated_by)
    select ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'c' || n, 'other', 'local:me', 'p' || n, '{"A":"host"}', 'active',
      'ok', now(), 'local:me', now(), 'local:me' from generate_series(1, 2) n;
  insert into broker.credential_versions (credential_id, version, created_time, settings, secret_fields, changed_fields, author,
    source, fingerprint, recorded_at)
    select id::uuid, version, 't', settings::jsonb, secrets, '{}', 'local:me', source, 'f', now() from (values
      ('${id(1)}', 1, '{"host":"h"}', '{}'::text[], 'import'), ('${id(1)}', 2, '{"host":"h"}', '{key}', 'import'),
      ('${id(1)}', 3, '{"host":"h"}', '{key}', 'rotation'), ('${id(2)}', 1, '{"host":"h"}', '{key}', 'api')
    ) v (id, version, settings, secrets, source)`;

describe('the migration to marks of imports', () => {
  let records: TestRecords;
  before(async () => {
    records = await freshRecords();
    const migrationsOf = {
      migrationSource: await migrationSource(),
      schemaName: 'broker',
      tableName: 'migrations',
    };
    const db = knex({ client: 'pg', connection: records.ownerUrl });
    const names = await migrationNames();
    for (let n = names.length; n > names.indexOf('036_import_marks'); n -= 1)
      await db.migrate.down(migrationsOf);
    await db.destroy();
    await records.owner.query(BEFORE);
    await migrate({ ownerUrl: records.ownerUrl, appRole: records.appRole });
  });
  after(() => records.close());

  it('takes the newest imported version for what the last import brought', async () => {
    const mark = await records.db.records.importMark(id(1));
    expect(mark).to.deep.equal({ fields: { host: 2, key: 2 }, envNames: { A: 'host' } });
    expect(await records.db.records.importMark(id(2))).to.equal(null);
  });
});
