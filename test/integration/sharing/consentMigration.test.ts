import { expect } from 'chai';
import knex from 'knex';
import { migrationNames, migrationSource } from '../../../src/adapters/postgres/migrate/migrationFiles.js';
import { migrate } from '../../../src/adapters/postgres/migrate/migrations.js';
import { planVariables } from '../../../src/domain/environment/variablePlan.js';
import { freshRecords, type TestRecords, user } from '../postgres/postgresSupport.js';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

/** As versions before 026 wrote it: no offers, no times of consent. */
const BEFORE = `
  insert into broker.people (principal, username, role, created_at, created_by)
    values ('local:boss', 'boss', 'admin', now(), 'x');
  insert into broker.service_accounts (id, name, role, secret_hmac, created_at, created_by)
    values ('robot', 'robot', 'engineer', 'h', now(), 'local:keeper');
  insert into broker.teams (name, created_at, created_by) values ('red', now(), 'x');
  insert into broker.team_members (team, principal, added_at, added_by)
    values ('red', 'local:me', now(), 'local:architect');
  insert into broker.credentials (id, name, service_type, owner, vault_path, env_names, labels, status, health, created_at,
    created_by, updated_at, updated_by)
    select ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'c' || n, 'other', 'local:stranger', 'p' || n,
      jsonb_build_object('ONE_' || case when n in (1, 2, 5) then 'X' when n in (3, 4) then 'Y' else 'Z' end, 'f'),
      case when n = 4 then '{"default":"true"}' else '{}' end::jsonb, 'active', 'ok', now() - make_interval(secs => n),
      'local:stranger', now(), 'local:stranger'
    from generate_series(1, 7) n;
  insert into broker.grants (credential_id, subject_kind, subject, level, created_at, created_by, credential_created_at) values
    ('${id(1)}', 'user', 'local:me', 'read', now(), 'local:stranger', now()),
    ('${id(2)}', 'team', 'red', 'read', now() - interval '1 day', 'local:stranger', now()),
    ('${id(3)}', 'team', 'red', 'read', now() - interval '1 day', 'local:stranger', now()),
    ('${id(4)}', 'team', 'red', 'read', now(), 'local:stranger', now()),
    ('${id(5)}', 'service_account', 'sa:robot', 'read', now(), 'local:boss', now()),
    ('${id(6)}', 'service_account', 'sa:robot', 'read', now(), 'local:stranger', now()),
    ('${id(7)}', 'service_account', 'sa:robot', 'use', now(), 'local:stranger', now())`;

describe('the migration to consent', () => {
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
    for (let n = names.length; n > names.indexOf('026_offers'); n -= 1) await db.migrate.down(config);
    await db.destroy();
    await records.owner.query(BEFORE);
    await migrate({ ownerUrl: records.ownerUrl, appRole: records.appRole });
  });
  after(() => records.close());

  const served = async (principal: string) => {
    const kind = principal.startsWith('sa:') ? 'service_account' : 'user';
    const caller = { ...user(principal), kind } as const;
    const all = await records.db.records.candidates(caller, { anyEnvName: true });
    const plan = planVariables(all.candidates, all.receiver, all.preferences);
    return Object.fromEntries([...plan.served].map(([variable, c]) => [variable, c.credential.name]));
  };

  it('lets what is served go on as it was: direct before the team, default=true first', async () => {
    expect(await served('local:me')).to.deep.equal({ ONE_X: 'c1', ONE_Y: 'c4' });
    expect(await served('sa:robot')).to.deep.equal({ ONE_X: 'c5', ONE_Z: 'c6' });
  });

  it('knows since when each label is there: not before the last change of any', async () => {
    const labels = async (set: string) => {
      const text = `update broker.credentials set labels = ${set}, updated_at = 'epoch'::timestamptz + interval '9 s',
        updated_by = 'local:stranger' where id = '${id(4)}' returning labels_added`;
      return (await records.owner.query(text)).rows[0].labels_added;
    };
    expect(await labels('labels')).to.deep.equal({});
    const later = { at: 9000, by: 'local:stranger' };
    expect(await labels(`labels || '{"team": "x"}'`)).to.deep.equal({ team: later });
    expect(await labels(`labels || '{"default": "no"}'`)).to.deep.equal({ team: later, default: later });
    expect(await labels(`labels - 'team'`)).to.deep.equal({ default: later });
    expect(await labels(`'{"default": "true"}'`)).to.deep.equal({ default: later });
  });

  it('asks for the names that come later', async () => {
    await records.owner.query(`update broker.credentials set env_names = env_names || '{"LATER": "f"}',
      updated_at = now(), updated_by = 'local:stranger' where id in ('${id(1)}', '${id(6)}')`);
    expect(await served('local:me')).to.deep.equal({ ONE_X: 'c1', ONE_Y: 'c4' });
    expect(await served('sa:robot')).to.deep.equal({ ONE_X: 'c5', ONE_Z: 'c6' });
    const me = { principal: 'local:me', keeper: null, roles: [] };
    const { items } = await records.db.records.offers([me], 'open', { limit: 10 });
    expect(items.map((offer) => offer.credential.name)).to.deep.equal(['c1']);
  });
});
