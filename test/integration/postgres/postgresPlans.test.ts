import { expect } from 'chai';
import { auditReads } from '../../../src/adapters/postgres/audit/auditReads.js';
import { bulkJobs } from '../../../src/adapters/postgres/bulk/bulkJobs.js';
import type { Query, Statement } from '../../../src/adapters/postgres/core/pools.js';
import { candidateReads } from '../../../src/adapters/postgres/credentials/candidates.js';
import { credentialReads } from '../../../src/adapters/postgres/credentials/credentialReads.js';
import type { CandidateQuery } from '../../../src/ports/reading.js';
import { anAdmin } from '../../support/worlds/anAdmin.js';
import { rowsOf } from './planRows.js';
import { freshRecords, type TestRecords, user } from './postgresSupport.js';

const clock = { now: () => new Date() };
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

describe('Postgres reads little of much', () => {
  let records: TestRecords;
  before(async () => {
    records = await freshRecords();
    for (const sql of [CREDENTIALS, TEAMS, MEMBERS, GRANTS, AUDIT, BULK_JOBS, BULK_ITEMS])
      await records.owner.query(sql);
    await records.owner.query('analyze');
  });
  after(() => records.close());

  /** How many rows of a table the statements of `work` look at. */
  const rowsRead = async (table: string, work: (query: Query) => Promise<unknown>): Promise<number> => {
    const asked: Statement[] = [];
    await work(async (statement) => {
      asked.push(statement);
      return (await records.owner.query(statement.text, [...(statement.values ?? [])])).rows;
    });
    let rows = 0;
    for (const { text, values = [] } of asked) {
      const told = await records.owner.query(`explain (analyze, format json) ${text}`, [...values]);
      rows += rowsOf(told.rows[0]['QUERY PLAN'][0].Plan, table);
    }
    return rows;
  };

  const candidates = (principal: string, wanted: CandidateQuery) => async (query: Query) => {
    const found = await candidateReads(query, clock).candidates(user(principal), wanted);
    expect(found.candidates).to.have.lengthOf(1);
  };

  it('for one credential by id, of one who reaches thousands', async () => {
    for (const principal of ['glassdome:owner', 'glassdome:member']) {
      const byId = candidates(principal, { ids: [idOf(7)] });
      expect(await rowsRead('grants', byId)).to.be.below(10);
      expect(await rowsRead('credentials', byId)).to.be.below(10);
    }
  });

  it('for a variable of one who reaches little, however much others do', async () => {
    const byVariable = candidates('glassdome:few', { envNames: ['HOST_3001'] });
    expect(await rowsRead('grants', byVariable)).to.be.below(10);
    expect(await rowsRead('credentials', byVariable)).to.be.below(10);
  });

  it('for the environment of one to whom a stranger offered thousands', async () => {
    const environment = async (query: Query) => {
      const found = await candidateReads(query, clock).candidates(user('glassdome:flooded'), {
        anyEnvName: true,
      });
      expect([found.candidates.length, found.offers]).to.deep.equal([0, 100]);
    };
    expect(await rowsRead('credentials', environment)).to.be.below(10);
  });

  it('for whether a variable is filled, of one who owns thousands', async () => {
    const filled = async (query: Query) =>
      expect(await credentialReads(query).fillsVariable('glassdome:owner', ['HOST_0'])).to.equal(false);
    expect(await rowsRead('credentials', filled)).to.be.below(10);
  });

  it('for the next items and a page of a bulk job, and how many jobs of one run', async () => {
    const bulk = async (query: Query) => {
      const jobs = bulkJobs(query);
      expect((await jobs.next(idOf(7), 20)).map(({ n }) => n)).to.deep.equal([991, 992]);
      expect((await jobs.items(idOf(7), { limit: 3 })).items).to.have.lengthOf(3);
      await jobs.begin(idOf(7), 991);
      expect(Number(await jobs.unfinished('glassdome:7'))).to.equal(1);
    };
    expect(await rowsRead('bulk_items', bulk)).to.be.below(20);
    expect(await rowsRead('bulk_jobs', bulk)).to.be.below(10);
  });

  it('for the audit of one who did little', async () => {
    const ofOne = async (query: Query) => {
      const page = await auditReads(query, { now: () => new Date() }).auditEvents(
        anAdmin,
        { actor: 'glassdome:few' },
        { limit: 5 },
      );
      expect(page.items).to.have.lengthOf(1);
    };
    expect(await rowsRead('audit_events', ofOne)).to.be.below(10);
  });
});

/** 3,000 of one owner, and one of each of 1,000 more. */
const CREDENTIALS = `
  insert into broker.credentials (id, name, service_type, owner, vault_path, env_names, status, health, created_at,
    created_by, updated_at, updated_by)
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Lab ' || n, 'proxmox',
    case when n <= 3000 then 'glassdome:owner' when n = 3001 then 'glassdome:few' else 'glassdome:' || n end,
    'path/' || n, jsonb_build_object('HOST_' || n, 'host'), 'active', 'ok', now() - make_interval(secs => n), 'x', now(), 'x'
  from generate_series(1, 4000) n`;

const TEAMS = `
  insert into broker.teams (name, created_at, created_by) select 'team-' || n, now(), 'x' from generate_series(1, 3) n`;

const MEMBERS = `
  insert into broker.team_members (team, principal, added_at, added_by)
  select 'team-' || n, 'glassdome:member', now(), 'x' from generate_series(1, 3) n`;

/** Without the events that each would write. */
const GRANTS = `
  alter table broker.grants disable trigger user;
  insert into broker.grants (credential_id, subject_kind, subject, level, created_at, created_by, credential_created_at)
    select c.id, 'team', 'team-' || n, 'manage', now(), 'x', c.created_at
    from broker.credentials c cross join generate_series(1, 3) n where c.owner = 'glassdome:owner'
    union all select c.id, 'team', 'team-of-' || c.owner, 'use', now(), 'x', c.created_at from broker.credentials c
    where c.owner <> 'glassdome:owner'
    union all select c.id, 'user', 'glassdome:flooded', 'read', now(), 'x', c.created_at from broker.credentials c
    where c.owner = 'glassdome:owner';
  alter table broker.grants enable trigger user`;

const AUDIT = `
  insert into broker.audit_events
  select 'chain', n, now() - make_interval(secs => n / 100.0), 'credential.read', 'allowed',
    case when n = 3000 then 'glassdome:few' else 'glassdome:' || n % 30 end, 'user', 'request', null, null, null, null,
    null, null, false, null, '{}', '', ''
  from generate_series(1, 3000) n`;

const BULK_JOBS = `
  insert into broker.bulk_jobs (id, principal, work, call, state, started_at)
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'glassdome:' || n, '{}', '{}',
    case when n = 7 then 'running' else 'done' end, now()
  from generate_series(1, 500) n`;

/** Of the job that runs two wait at its end. */
const BULK_ITEMS = `
  insert into broker.bulk_items (job_id, n, credential_id, state)
  select j.id, n, j.id, case when j.state = 'running' and n in (991, 992) then 'waiting' else 'done' end
  from broker.bulk_jobs j cross join generate_series(1, 1000) n where right(j.id::text, 1) = '7'`;
