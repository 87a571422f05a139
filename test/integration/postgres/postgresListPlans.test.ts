import { expect } from 'chai';
import type { Query, Statement } from '../../../src/adapters/postgres/core/pools.js';
import { credentialLists } from '../../../src/adapters/postgres/credentials/listCredentials.js';
import type { Caller } from '../../../src/domain/access/caller.js';
import { LIST_ORDERS } from '../../../src/domain/credentials/listOrder.js';
import type { CredentialLists, ListFilter } from '../../../src/ports/credentials.js';
import { anAdmin } from '../../support/worlds/anAdmin.js';
import { rowsOf } from './planRows.js';
import { freshRecords, type TestRecords, user } from './postgresSupport.js';

const clock = { now: () => new Date() };
const LIMIT = 100;

describe('Postgres lists 10,000 credentials', () => {
  let records: TestRecords;
  before(async function () {
    this.timeout(120_000);
    records = await freshRecords();
    for (const sql of [CREDENTIALS, TEAM, GRANTS, RUNS]) await records.owner.query(sql);
    await records.owner.query('analyze');
  });
  after(() => records.close());

  /** What a piece of work takes, and how many rows of credentials its statements look at. */
  const cost = async (work: (lists: CredentialLists) => Promise<unknown>) => {
    const asked: Statement[] = [];
    const query = (async (statement: Statement) => {
      asked.push(statement);
      return (await records.owner.query(statement.text, [...(statement.values ?? [])])).rows;
    }) as Query;
    const lists = credentialLists(query, clock);
    await work(lists);
    const began = performance.now();
    await work(lists);
    const ms = Math.round(performance.now() - began);
    let rows = 0;
    for (const { text, values = [] } of asked.slice(0, asked.length / 2)) {
      const { rows: plans } = await records.owner.query(`explain (analyze, format json) ${text}`, [
        ...values,
      ]);
      rows += rowsOf(plans[0]['QUERY PLAN'][0].Plan, 'credentials');
    }
    return { ms, rows };
  };
  /** The second page, so that a cursor is read too. */
  const deep = (caller: Caller, filter: ListFilter) => async (lists: CredentialLists) => {
    const { nextCursor } = await lists.list(caller, filter, { limit: LIMIT });
    return lists.list(caller, filter, { limit: LIMIT, ...(nextCursor && { cursor: nextCursor }) });
  };
  const told = (what: string, { ms, rows }: { ms: number; rows: number }) =>
    console.log(`      ${what}: ${ms} ms for two pages, ${rows} rows read`);

  for (const order of LIST_ORDERS) {
    it(`by ${order}, to an admin from an index, and to others from what they reach`, async () => {
      const all = await cost(deep(anAdmin, { order }));
      told(`admin, ${order}`, all);
      // What has no time comes last in both directions: one of them has no index.
      if (!['-expires_at', '-last_tested_at'].includes(order)) expect(all.rows).to.be.below(6 * LIMIT);
      for (const principal of ['glassdome:owner', 'glassdome:member']) {
        const seen = await cost(deep(user(principal), { order }));
        told(`${principal}, ${order}`, seen);
        expect(seen.rows).to.be.below(6 * 10_000);
      }
      // Their 50, in the order of all or in their own.
      const few = await cost(deep(user('glassdome:7'), { order }));
      expect(few.rows).to.be.below(400);
    });
  }

  const searches: ListFilter[] = [
    { q: 'host-777.lab' },
    { q: 'VAR_7777' },
    { q: 'account-777@' },
    { q: 'glassdome:owner' },
    { q: 'site=site-7' },
    { q: 'zz' },
    { q: '7' },
    { attention: true },
    { attention: false, healths: ['ok', 'unchecked'] },
    { serviceTypes: ['proxmox', 'vmware', 'hyperv'], healths: ['rejected', 'limited'] },
  ];
  for (const filter of searches) {
    it(`filtered by ${JSON.stringify(filter)}`, async () => {
      for (const caller of [anAdmin, user('glassdome:owner'), user('glassdome:member')]) {
        for (const order of ['-created_at', 'group'] as const) {
          const found = await cost(deep(caller, { ...filter, order }));
          told(`${caller.principal}, ${order}, ${JSON.stringify(filter)}`, found);
        }
      }
      for (const order of ['-created_at', 'group'] as const) {
        const few = await cost(deep(user('glassdome:7'), { ...filter, order }));
        expect(few.rows, order).to.be.below(600);
      }
    });
  }

  it('finds a word of a few by the index, whatever it is part of', async () => {
    for (const q of ['host-7777.lab', 'VAR_7777_', 'account-7777@']) {
      const found = await cost((lists) => lists.list(anAdmin, { q }, { limit: LIMIT }));
      expect(found.rows, q).to.be.below(20);
    }
  });

  it('and sums them up in one statement', async () => {
    for (const caller of [anAdmin, user('glassdome:owner'), user('glassdome:member')]) {
      const summed = await cost((lists) => lists.summary(caller));
      told(`${caller.principal}, summary (two)`, summed);
      expect(summed.rows).to.be.below(30_000);
    }
  });
});

/** 10,000 of one owner, and 5,000 of others. */
const CREDENTIALS = `
  insert into broker.credentials (id, name, service_type, owner, vault_path, settings, identity, labels, env_names, status,
    health, created_at, created_by, updated_at, updated_by, expires_at, last_tested_at, active_version, last_test_code)
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Lab ' || n,
    (array['proxmox', 'vmware', 'hyperv', 'azure', 'aws', 'google_cloud', 'openai', 'kubernetes', 'grafana', 'other'])[n % 10 + 1],
    case when n <= 10000 then 'glassdome:owner' else 'glassdome:' || n % 100 end,
    'path/' || n, jsonb_build_object('host', 'host-' || n || '.lab', 'port', '8006'), 'account-' || n || '@pve',
    jsonb_build_object('site', 'site-' || n % 50), jsonb_build_object('VAR_' || n || '_', 'host'), 'active',
    (array['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'limited', 'rejected', 'unchecked', 'unreachable'])[n % 11 + 1],
    now() - make_interval(secs => n), 'x', now(), 'x',
    case when n % 3 = 0 then now() + make_interval(hours => n) end, now() - make_interval(secs => n % 900), 1, 'ok'
  from generate_series(1, 15000) n`;

const TEAM = `
  insert into broker.teams (name, created_at, created_by) values ('team-1', now(), 'x');
  insert into broker.team_members (team, principal, added_at, added_by) values ('team-1', 'glassdome:member', now(), 'x')`;

/** Without the events that each would write. */
const GRANTS = `
  alter table broker.grants disable trigger user;
  insert into broker.grants (credential_id, subject_kind, subject, level, created_at, created_by, credential_created_at)
    select c.id, 'team', 'team-1', 'use', now(), 'x', c.created_at from broker.credentials c where c.owner = 'glassdome:owner';
  alter table broker.grants enable trigger user`;

const RUNS = `
  insert into broker.test_runs (credential_id, version, tested_at, trigger, caller, code, advice, health, warnings, duration_ms)
    select c.id, 1, now(), 'schedule', 'x', 'ok', 'It works.', c.health, '{}', 1
    from broker.credentials c`;
