import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import knex, { type Knex } from 'knex';
import pg from 'pg';
import { migrationNames, migrationSource } from '../../../src/adapters/postgres/migrate/migrationFiles.js';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { testPostgres } from '../../support/broker/parts.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { recordsAt, store, user } from './postgresSupport.js';

/** Runs statements on a connection of their own. */
async function run(url: string, ...statements: string[]): Promise<pg.QueryResult[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const results: pg.QueryResult[] = [];
    for (const text of statements) results.push(await client.query(text));
    return results;
  } finally {
    await client.end();
  }
}

const TABLES = `select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'broker' and relkind in ('r', 'p') and relname not like 'migrations%'`;

describe('Migrations', () => {
  it('go up, down to nothing, and up again', async () => {
    const { ownerUrl } = await (await testPostgres()).freshDatabase();
    const db: Knex = knex({ client: 'pg', connection: ownerUrl });
    const config = {
      migrationSource: await migrationSource(),
      schemaName: 'broker',
      tableName: 'migrations',
    };
    try {
      await db.migrate.rollback(config, true);
      expect((await run(ownerUrl, TABLES))[0]?.rows).to.deep.equal([]);
    } finally {
      await db.destroy();
    }
    expect(await migrate({ ownerUrl, appRole: 'broker_app' })).to.deep.equal(await migrationNames());
    expect((await run(ownerUrl, TABLES))[0]?.rows).to.not.deep.equal([]);
  });

  it('do without pg_trgm where it may not be created, and search finds the same', async () => {
    const server = await testPostgres();
    const name = `t_${randomBytes(6).toString('hex')}`;
    const at = (url: string) => url.replace(/\/\w+$/, `/${name}`);
    await run(server.superUrl, `create database ${name}`);
    // The owner of the schema alone, not of the database: he may not create extensions.
    await run(at(server.superUrl), 'create schema broker authorization broker_owner');
    const ownerUrl = at(server.ownerUrl);
    const refused = await migrate({ ownerUrl, appRole: 'broker_app' }).catch((error: Error) => error.message);
    expect(refused).to.match(/create schema graphile_worker authorization "broker_owner"/);
    await run(at(server.superUrl), 'create schema graphile_worker authorization broker_owner');
    await migrate({ ownerUrl, appRole: 'broker_app' });
    const [extensions] = await run(ownerUrl, `select 1 from pg_extension where extname = 'pg_trgm'`);
    expect(extensions?.rowCount).to.equal(0);
    const db = recordsAt(at(server.appUrl));
    try {
      const wanted = aCredential({ name: 'Lab Alpha' });
      await store(db, wanted, aCredential({ name: 'Lab Beta' }));
      const { items } = await db.records.list(user('glassdome:1'), { q: 'ALPH' }, { limit: 10 });
      expect(items.map((item) => item.credential.id)).to.deep.equal([wanted.id]);
    } finally {
      await db.close();
    }
  });
});
