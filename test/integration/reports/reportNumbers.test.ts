import { expect } from 'chai';
import type { Postgres } from '../../../src/adapters/postgres/postgres.js';
import { reportOf } from '../../../src/domain/reports/buildReport.js';
import {
  REPORT_LISTS,
  type Report,
  type ReportLine,
  type ReportList,
} from '../../../src/domain/reports/report.js';
import type { TestCode } from '../../../src/domain/testing/testResult.js';
import { makeScheduledReport } from '../../../src/usecases/reports/scheduledReports.js';
import { Recount, readRaw } from '../../support/worlds/recountReport.js';
import { ReportHistory } from '../../support/worlds/reportHistory.js';
import { anEvent, freshRecords, recordsAt, type TestRecords } from '../postgres/postgresSupport.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 130;
/** The script begins now, so that all months have partitions, and goes on after the last report. */
const BEGIN = Math.floor(Date.now() / DAY) * DAY;
const CODES: TestCode[] = [
  'ok',
  'ok',
  'ok',
  'expired',
  'unreachable',
  'quota_exhausted',
  'rate_limited',
  'insufficient_permission',
];

/** What each list is about, beside the name. */
const FACTS: Readonly<Record<ReportList, (keyof ReportLine)[]>> = {
  broke: ['at', 'code'],
  healed: ['at', 'code'],
  broken_now: ['code'],
  expired: ['at'],
  expiring: ['at'],
  rotation_overdue: ['at'],
  rotation_due: ['at'],
  over_privileged: ['code'],
  drift: ['at', 'code'],
  unused: ['at', 'code'],
  oldest_secrets: ['at'],
  who_used: ['used_by', 'caller', 'uses', 'failed'],
};

describe('the numbers of a report', function () {
  this.timeout(120_000);
  let records: TestRecords;
  let db: Postgres;
  let history: ReportHistory;
  let recount: Recount;
  let now = BEGIN;
  /** Drawn anew in each run by the same rule, so that a failure comes again. */
  let seed = 20_270_308;
  const draw = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const pick = <T>(all: readonly T[]): T => all[draw(all.length)] as T;
  /** Moments of the script at which something happened, to end a report exactly there. */
  const happened: number[] = [];

  before(async () => {
    records = await freshRecords();
    const clock = { now: () => new Date(now) };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    db = recordsAt(records.appUrl, { clock, log });
    history = new ReportHistory(db, clock);
    await db.changes.run(async (tx) => {
      for (const name of ['red', 'blue'])
        await tx.insertTeam({ name, description: '', createdAt: clock.now(), createdBy: 'local:anna' });
      tx.audit(anEvent());
    });
    await script();
    recount = new Recount(await readRaw(records.owner, history.facts));
  });
  after(async () => {
    await db.close();
    await records.close();
  });

  async function script(): Promise<void> {
    const paused = await history.make('paused for 60 days');
    const idle = await history.make('touched by nobody');
    await history.share(paused, { red: null });
    await history.share(idle, { red: null, blue: BEGIN + 100 * DAY });
    await history.test(paused, 'expired');
    for (let n = 0; n < 60; n += 1) await history.make(`lab ${String(n).padStart(2, '0')}`);
    for (let day = 0; day < DAYS; day += 1) {
      for (let step = 0; step < 9; step += 1) {
        now = BEGIN + day * DAY + step * 2 * HOUR;
        const id = history.credentials[2 + draw(history.credentials.length - 2)] as string;
        await something(id);
        happened.push(now);
      }
      // Refused on the first day, still refused when somebody tries again after 60: it did not break anew.
      if (day === 61) await history.test(paused, 'invalid_credential');
      if (day === 75) await history.test(paused, 'ok');
      if (day === 40) await history.make('lab that came late');
    }
  }

  async function something(id: string): Promise<void> {
    const credential = await history.now(id);
    if (credential.status === 'deleted') {
      const young = now - (credential.deletedAt?.getTime() ?? 0) < 30 * DAY;
      return draw(3) === 0 && young ? history.restore(id) : undefined;
    }
    const soon = () => now + (draw(90) - 20) * DAY;
    const act = draw(100);
    if (act < 45) return history.test(id, pick(CODES), { warnings: warnings() });
    if (act < 52) return testOther(id, credential.latestVersion);
    if (act < 72) {
      const caller = pick(['local:anna', 'sa:1', 'sa:2']);
      return history.use(id, { usedBy: pick(['range-builder', caller]), caller, success: draw(4) > 0 });
    }
    if (act < 76) return history.write(id, pick([['host'], ['token_value'], ['host', 'token_value']]));
    if (act < 79 && credential.latestVersion > 1) return activateOther(id, credential.latestVersion);
    if (act < 82) return history.remove(id);
    if (act < 86) return history.set(id, { expiresAt: pick([null, soon(), soon()]) });
    if (act < 90) return history.set(id, { nextRotationAt: pick([null, soon(), soon()]) });
    if (act < 95)
      return history.share(
        id,
        pick<Record<string, number | null>>([
          {},
          { red: null },
          { blue: null },
          { red: soon(), blue: soon() },
        ]),
      );
    if (act === 95) return history.lose(id, pick(['active_gone', 'replaced', 'missing']));
    const foreign = !(await known(id, credential.latestVersion));
    return foreign ? history.adopt(id) : history.drift(id);
  }

  const warnings = () =>
    pick([[], ['tls_insecure'], ['over_privileged'], ['root_account', 'over_privileged']]);
  const known = async (id: string, version: number) => (await db.records.version(id, version)) !== null;

  async function testOther(id: string, latest: number): Promise<void> {
    const version = 1 + draw(latest);
    if (await known(id, version)) await history.test(id, pick(CODES), { version, warnings: warnings() });
  }

  async function activateOther(id: string, latest: number): Promise<void> {
    const version = 1 + draw(latest);
    if ((await db.records.version(id, version))?.source === 'api') await history.activate(id, version);
  }

  const shown = (body: Report) =>
    Object.fromEntries(
      REPORT_LISTS.map((list) => [
        list,
        body.lists[list].lines.map((line) => [line.name, ...FACTS[list].map((key) => line[key])]),
      ]),
    ) as Record<ReportList, (string | number | null)[][]>;
  /** Once the first states of a credential are forgotten, whether it ever worked is unknown. */
  let forgotten = false;
  const textOf = (line: unknown) => JSON.stringify(line).replace(forgotten ? 'never_worked ' : '', '');
  const sorted = (lines: readonly unknown[]) => lines.map(textOf).sort();

  /** Every number and every line. */
  function same(body: Report, counted: ReturnType<Recount['count']>, where: string): void {
    expect(body.totals, where).to.deep.equal(counted.totals);
    const told = shown(body);
    for (const list of REPORT_LISTS) {
      const lines = counted.lists[list] ?? [];
      expect(body.lists[list].count, `${where} ${list}`).to.equal(Math.min(lines.length, bound(list)));
      if (lines.length <= bound(list))
        expect(sorted(told[list]), `${where} ${list}`).to.deep.equal(sorted(lines));
      else expect(sorted(lines), `${where} ${list}`).to.include.members(sorted(told[list]));
    }
  }
  const bound = (list: ReportList) => (list === 'oldest_secrets' ? 10 : Number.POSITIVE_INFINITY);

  for (const team of [null, 'red', 'blue'])
    it(`of ${team ?? 'everything'} are those of the rows, week by week, with what came and went`, async () => {
      const [id, name] = [crypto.randomUUID(), `of ${team ?? 'all'}`];
      const createdAt = new Date(BEGIN);
      const schedule = {
        id,
        name,
        team,
        expression: '0 6 * * 1',
        timezone: 'UTC',
        enabled: true,
        channels: null,
      };
      await db.changes.run(async (tx) => {
        const more = { fromEnvironment: false, nextDueAt: null, createdAt, createdBy: 'local:anna' };
        await tx.insertReportSchedule({ ...schedule, ...more });
        tx.audit(anEvent());
      });
      const week = (_schedule: unknown, after: Date) => new Date(after.getTime() + 7 * DAY);
      const ports = { clock: history.clock, changes: db.changes, reports: db.reports };
      const seen = { broke: 0, healed: 0, drift: 0, gone: 0, unused: 0, long: 0 };
      let before: { to: number; counted: ReturnType<Recount['count']> } | null = null;
      for (let to = BEGIN + 7 * DAY; to < BEGIN + (DAYS - 8) * DAY; to += 7 * DAY) {
        // At the very moment of something: what happens at the end belongs to the next report.
        const at = happened.find((moment) => moment >= to) ?? to;
        await makeScheduledReport(ports, week, { scheduleId: id, at: new Date(at) });
        const { items } = await db.reports.list(team === null ? null : [team], { limit: 50 });
        const head = items.find(({ scheduleId, to: end }) => scheduleId === id && end.getTime() === at);
        const body = (await db.reports.report(head?.id ?? ''))?.body as Report;
        const from = before?.to ?? at - 7 * DAY;
        expect(head?.from.getTime()).to.equal(from);
        const counted = recount.count(team, { from, to: at });
        same(body, counted, `${team} to ${new Date(at).toISOString()}`);
        if (before !== null) compared(body, counted, before.counted);
        for (const list of ['broke', 'healed', 'drift', 'unused'] as const)
          seen[list] += body.lists[list].count;
        seen.gone += body.lists.broken_now.compared?.gone ?? 0;
        // Of a team there is too little for that.
        seen.long += team === null ? Math.max(0, body.lists.broken_now.lines.length - 20) : 1;
        before = { to: at, counted };
      }
      // The script must have something to say.
      for (const [what, many] of Object.entries(seen)) expect(many, what).to.be.greaterThan(0);
    });

  function compared(
    body: Report,
    now: ReturnType<Recount['count']>,
    then: ReturnType<Recount['count']>,
  ): void {
    expect(body.since_last?.totals).to.deep.equal(then.totals);
    for (const list of REPORT_LISTS.filter((each) => each !== 'oldest_secrets')) {
      const names = (counted: typeof now) => new Set((counted.lists[list] ?? []).map(([name]) => name));
      const [came, went] = [names(now), names(then)];
      expect(body.lists[list].compared, list).to.deep.equal({
        count: then.lists[list]?.length ?? 0,
        new: [...came].filter((name) => !went.has(name)).length,
        gone: [...went].filter((name) => !came.has(name)).length,
        gone_names: [...went].filter((name) => !came.has(name)).sort(),
      });
      for (const line of body.lists[list].lines) expect(line.new).to.equal(!went.has(line.name));
    }
  }

  it('are those of any window, also of one long gone', async () => {
    for (let n = 0; n < 12; n += 1) {
      const to = pick(happened.slice(50));
      const from = Math.max(BEGIN, to - (1 + draw(40)) * DAY);
      const team = pick([null, 'red', 'blue']);
      const source = await db.reports.source(team, { from: new Date(from), to: new Date(to) });
      const { body } = reportOf(source, { to: new Date(to), last: null });
      same(body, recount.count(team, { from, to }), `${team} ${new Date(from).toISOString()}`);
    }
  });

  it('keep each line of a long list, in order, up to ten thousand', async () => {
    const [first] = (await db.reports.source(null, { from: new Date(BEGIN), to: new Date(now) })).credentials;
    if (first === undefined) throw new Error('the script made no credential');
    const credentials = Array.from({ length: 12_000 }, (_, n) => ({
      ...first,
      name: `lab ${n}`,
      health: n < 2_500 ? ('rejected' as const) : ('ok' as const),
      expiresAt: new Date(now - n),
    }));
    const to = new Date(now);
    const source = { credentials, changes: [], uses: { most: [], count: 0 }, drifts: [] };
    const made = reportOf(source, { to, last: null });
    const head = { scheduleId: null, dueAt: null, team: null, from: new Date(BEGIN), to, madeAt: to };
    const id = crypto.randomUUID();
    await db.changes.run(async (tx) => {
      await tx.insertReport({ ...made, ...head, id, madeBy: 'local:anna', summary: 'long' });
      tx.audit(anEvent());
    });
    const kept = await db.reports.report(id);
    if (kept === null) throw new Error('it was not kept');
    const { broken_now, expired } = kept.body.lists;
    expect(broken_now.lines.map(({ name }) => name)).to.deep.equal(
      credentials.slice(0, 2_500).map(({ name }) => name),
    );
    expect([expired.count, expired.lines.length]).to.deep.equal([12_000, 10_000]);
    expect(expired.lines.map(({ name }) => name)).to.deep.equal(
      credentials
        .map(({ name }) => name)
        .reverse()
        .slice(0, 10_000),
    );
    expect(kept.body).to.deep.equal(made.body);
    // As reports were stored before.
    await records.owner.query('delete from broker.report_lines where report = $1', [id]);
    expect((await db.reports.report(id))?.body.lists.broken_now).to.deep.equal({
      ...broken_now,
      lines: broken_now.lines.slice(0, 20),
    });
  });

  it('do not tell as new what a long pause kept', async () => {
    const around = (day: number) => ({
      from: new Date(BEGIN + (day - 3) * DAY),
      to: new Date(BEGIN + (day + 3) * DAY),
    });
    const changesOf = async (day: number) => {
      const { credentials, changes } = await db.reports.source(null, around(day));
      const id = credentials.find(({ name }) => name === 'paused for 60 days')?.id;
      return changes.filter(({ credentialId }) => credentialId === id).map(({ from, to }) => [from, to]);
    };
    expect(await changesOf(61)).to.deep.equal([]);
    expect(await changesOf(75)).to.deep.equal([['rejected', 'ok']]);
  });

  it('are the same once older states are forgotten', async () => {
    forgotten = true;
    const { rows } = await records.owner.query(
      `select pg_get_functiondef('broker.forget_states'::regproc) as text`,
    );
    // The script lies ahead of the clock of Postgres.
    await records.owner.query(rows[0].text.replace("- interval '400 days'", "+ interval '400 days'"));
    const kept = BEGIN + 70 * DAY;
    expect(await db.retention.forgetStates(new Date(kept))).to.be.greaterThan(200);
    for (let n = 0; n < 12; n += 1) {
      const from = n === 0 ? kept : kept + draw(30) * DAY;
      const to = happened.find((moment) => moment >= from + (3 + draw(20)) * DAY) ?? 0;
      const team = pick([null, 'red', 'blue']);
      const source = await db.reports.source(team, { from: new Date(from), to: new Date(to) });
      const { body } = reportOf(source, { to: new Date(to), last: null });
      same(body, recount.count(team, { from, to }), `${team} ${new Date(from).toISOString()}`);
    }
  });
});
