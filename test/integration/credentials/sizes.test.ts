import { expect } from 'chai';
import knex from 'knex';
import { down, up } from '../../../migrations/032_search_size.js';
import type { Credential } from '../../../src/domain/credentials/credential.js';
import { remind } from '../../../src/usecases/notices/remind.js';
import { enqueueDueTests } from '../../../src/usecases/testing/testDue.js';
import { patiently } from '../../support/patience.js';
import { aCredential } from '../../support/worlds/aCredential.js';
import { freshRecords, quiet, store, type TestRecords, user } from '../postgres/postgresSupport.js';

const KB = 1024;
const HOSTILE = 'glassdome:66';
const LATE = new Date(Date.now() - 60_000);
const policy = { expiryDays: [30], unusedDays: 90 };
const clock = { now: () => new Date() };

/** Letters that no compression makes small, `kb` of them. */
function letters(kb: number, seed = 7): string {
  let state = seed;
  return Array.from({ length: kb * KB }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(97 + (state % 26));
  }).join('');
}
const lines = (text: string) => text.replace(/(.{64})/g, '$1\n');

/** Kinds of long settings that callers send. */
const LONG: Record<string, Record<string, string>> = {
  'a note of 12,300 letters': { note: letters(12) },
  'a field of the longest kind': { note: letters(16) },
  'a CA bundle': {
    ca_cert_pem: `-----BEGIN CERTIFICATE-----\n${lines(letters(48))}\n-----END CERTIFICATE-----\n`,
  },
  'a kubeconfig of 256 KB': { kubeconfig: lines(letters(256)) },
  'one line of 256 KB': { note: letters(256) },
  'wide letters': { note: '測試憑證資料'.repeat(8_000) },
  'sixty-four short fields': Object.fromEntries(
    Array.from({ length: 64 }, (_, n) => [`f${n}`, letters(0.4, n + 1)]),
  ),
  'one letter only': { note: 'a'.repeat(256 * KB) },
};

async function fastest(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 7; n += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  return Math.min(...times);
}

describe('The size of what one caller stores', function () {
  this.timeout(120_000);
  let records: TestRecords;
  beforeEach(async () => {
    records = await freshRecords();
  });
  afterEach(() => records.close());

  const due = (change: Partial<Credential> = {}) =>
    aCredential({
      nextTestAt: LATE,
      serviceType: 'other',
      settings: { test_url: 'https://a.lab/' },
      ...change,
    });
  const run = () => enqueueDueTests({ jobs: records.db.jobs, clock, log: quiet });
  const jobOf = async (id: string) =>
    (
      await records.owner.query(
        `select priority, run_at - now() as wait from graphile_worker.jobs where key = $1`,
        [`test:${id}`],
      )
    ).rows[0] as { priority: number; wait: { seconds?: number } } | undefined;
  const found = async (q: string) =>
    (await records.db.records.list(user('glassdome:1'), { q }, { limit: 10 })).items.map(
      ({ credential }) => credential.name,
    );

  for (const [kind, settings] of Object.entries(LONG))
    it(`does not slow down storing and testing: ${kind}`, async () => {
      const small = await fastest(() => store(records.db, aCredential()));
      const large = await fastest(() => store(records.db, aCredential({ settings })));
      // Work by the square of the length took seconds here; the ratio is measured by `npm run bench -- size`.
      expect(large).to.be.below(patiently(2 * small + 300));
    });

  for (const many of [14, 59, 300])
    it(`keeps no test of anybody else's waiting: ${many} hostile credentials`, async () => {
      const hostile = Array.from({ length: many }, () =>
        due({ owner: HOSTILE, settings: { test_url: 'https://b.lab/', note: letters(12) } }),
      );
      for (let from = 0; from < many; from += 20) await store(records.db, ...hostile.slice(from, from + 20));
      const other = due({ nextTestAt: new Date(LATE.getTime() + 50_000) });
      await store(records.db, other);
      const began = performance.now();
      expect(await run()).to.equal(many + 1);
      expect(performance.now() - began).to.be.below(patiently(5_000));
      const job = await jobOf(other.id);
      expect(job?.priority).to.equal(1);
      expect(job?.wait.seconds ?? 0).to.be.at.most(0);
      expect(await remind({ ...records.db, clock, log: quiet }, policy)).to.be.a('number');
    });

  it('counts the credentials of service accounts for whoever made them', async () => {
    for (let n = 0; n < 10; n += 1) {
      const id = `00000000-0000-4000-8000-00000000000${n}`;
      await records.owner.query(
        `insert into broker.service_accounts (id, name, role, secret_hmac, created_at, created_by)
         values ($1, $2, 'engineer', 'x', now(), $3)`,
        [id, `hostile-${n}`, HOSTILE],
      );
      await store(records.db, due({ owner: `sa:${id}`, name: `${n}` }));
    }
    const other = due({ nextTestAt: new Date(LATE.getTime() + 50_000) });
    await store(records.db, other);
    await run();
    const { rows } = await records.owner.query('select priority from graphile_worker.jobs order by priority');
    expect(rows.map(({ priority }) => priority)).to.deep.equal([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await jobOf(other.id))?.priority).to.equal(1);
  });

  it('leaves alone a row that cannot be written, and enqueues all others', async () => {
    const bad = due({ owner: HOSTILE });
    const good = Array.from({ length: 120 }, () => due());
    await store(records.db, bad, ...good);
    await records.owner.query(`
      create function broker.broken() returns trigger language plpgsql as $$ begin
        raise exception 'broken' using errcode = '57014'; end $$;
      create trigger broken before update on broker.credentials for each row
        when (old.id = '${bad.id}') execute function broker.broken()`);
    const told: unknown[] = [];
    const log = { ...quiet, error: (event: string, fields?: object) => void told.push({ event, ...fields }) };
    expect(await enqueueDueTests({ jobs: records.db.jobs, clock, log })).to.equal(120);
    expect(told).to.deep.equal([
      { event: 'test_not_enqueued', credential_id: bad.id, code: 'records_unavailable' },
    ]);
  });

  it('reminds of all others when one row can be neither read nor written about', async () => {
    const ends = new Date(Date.now() + 3 * 86_400_000);
    const all = Array.from({ length: 70 }, () => aCredential({ expiresAt: ends }));
    await store(records.db, ...all);
    const bad = all[33]?.id ?? '';
    await records.owner.query(`
      create function broker.broken() returns trigger language plpgsql as $$ begin
        raise exception 'broken' using errcode = '57014'; end $$;
      create trigger broken before insert on broker.notifications for each row
        when (new.credential_id = '${bad}') execute function broker.broken()`);
    const told: string[] = [];
    const log = { ...quiet, error: (event: string) => void told.push(event) };
    const heavy = all[50]?.id ?? '';
    const { noticeStates } = records.db.records;
    const reads = {
      ...records.db.records,
      noticeStates: async (after: string | null, limit: number) => {
        const states = await noticeStates(after, limit);
        if (states.some(({ credential }) => credential.id === heavy))
          await records.db.records.list(user('x'), {}, { limit: 1, cursor: 'x' });
        return states;
      },
    };
    const put = await remind({ ...records.db, records: reads, clock, log }, policy);
    expect(put).to.equal(68);
    expect(told).to.deep.equal(['reminder_failed', 'reminder_failed']);
  });

  it('leaves what people search for to be found, and finds no blocks', async () => {
    await store(
      records.db,
      aCredential({
        name: 'Lab one',
        description: 'the blue rack',
        settings: { host: 'PVE.lab', note: letters(16), user: 'svc' },
      }),
      aCredential({
        name: 'Lab two',
        settings: { host: 'other.lab', ca: '-----BEGIN CERTIFICATE-----\nneedle\n' },
      }),
    );
    expect(await found('pve.lab')).to.deep.equal(['Lab one']);
    expect(await found('blue')).to.deep.equal(['Lab one']);
    expect(await found('sv')).to.deep.equal(['Lab one']);
    expect(await found('lab')).to.have.members(['Lab one', 'Lab two']);
    expect(await found('needle')).to.deep.equal([]);
    expect(await found(letters(16).slice(9_000, 9_020))).to.deep.equal([]);
  });

  it('brings rows of before up to date, a few at a time, with the same names found', async () => {
    const db = knex({ client: 'pg', connection: records.ownerUrl, pool: { min: 0, max: 1 } });
    try {
      await down(db);
      const long = { host: 'old.lab', ca: lines(letters(4)) };
      await store(
        records.db,
        ...Array.from({ length: 120 }, (_, n) =>
          aCredential({ name: `old ${n}`, settings: n % 40 === 0 ? long : { host: 'h.lab' } }),
        ),
      );
      await up(db);
      await up(db);
    } finally {
      await db.destroy();
    }
    const { rows } = await records.owner.query(
      `select max(length(search_text)) as most, count(*) filter (where revision > 1) as changed,
         (select count(*) from broker.events) as events from broker.credentials`,
    );
    expect(rows[0]).to.deep.include({ changed: '0', events: '0' });
    expect(rows[0].most).to.be.below(300);
    expect(await found('old.lab')).to.have.length(3);
    expect(await found('ol')).to.have.length(10);
  });
});
