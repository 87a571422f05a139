import { expect } from 'chai';
import { textOf } from '../../../src/domain/notices/message.js';
import { reportOf } from '../../../src/domain/reports/buildReport.js';
import {
  type LastReport,
  REPORT_LISTS,
  type ReportedCredential,
  type ReportList,
  type ReportSource,
  reportInShort,
} from '../../../src/domain/reports/report.js';
import { reportPage } from '../../../src/domain/reports/reportPage.js';
import { reportExpressionProblem } from '../../../src/domain/reports/reportSchedule.js';
import { reportText } from '../../../src/domain/reports/reportText.js';
import { restWords, wordsOf } from '../../../src/domain/reports/reportWords.js';
import { presentReport, reportCsv } from '../../../src/http/present/presentReport.js';

const DAY = 86_400_000;
const to = new Date('2027-03-08T06:00:00Z');
const day = (n: number) => new Date(to.getTime() + n * DAY);

const one = (name: string, change: Partial<ReportedCredential> = {}): ReportedCredential => ({
  id: `id of ${name}`,
  name,
  serviceType: 'proxmox',
  owner: 'local:anna',
  health: 'ok',
  lastTestCode: 'ok',
  expiresAt: null,
  nextRotationAt: null,
  secretSince: day(-10),
  lastUsedAt: day(-1),
  createdAt: day(-400),
  tests: 28,
  testsOk: 28,
  uses: 0,
  usesFailed: 0,
  everWorked: true,
  warnings: [],
  ...change,
});
const made = (source: Partial<ReportSource>, last: LastReport | null = null) =>
  reportOf(
    { credentials: [], changes: [], uses: { most: [], count: 0 }, drifts: [], ...source },
    { to, last },
  );
const asLast = ({ body, members }: ReturnType<typeof made>): LastReport => ({
  id: 'r1',
  to,
  totals: body.totals,
  counts: Object.fromEntries(
    REPORT_LISTS.map((list) => [list, body.lists[list].count]),
  ) as LastReport['counts'],
  members,
});
const stored = (body: ReturnType<typeof made>['body'], team: string | null = null) => ({
  id: 'r',
  scheduleId: null,
  team,
  from: day(-7),
  to,
  madeAt: to,
  madeBy: 'local:admin',
  summary: reportInShort(body),
  body,
});

describe('what did not break', () => {
  const at = day(-2);
  const source = {
    credentials: [
      one('fresh', { health: 'rejected', lastTestCode: 'invalid_credential', everWorked: false }),
      one('walled', { health: 'unreachable', lastTestCode: 'denied_by_policy', everWorked: false }),
      one('walled later', { health: 'unreachable', lastTestCode: 'denied_by_policy' }),
      one('gone', { health: 'unreachable', lastTestCode: 'unreachable' }),
    ],
    changes: [
      { credentialId: 'id of fresh', at, from: null, to: 'rejected', code: 'invalid_credential' },
      { credentialId: 'id of walled', at, from: null, to: 'unreachable', code: 'denied_by_policy' },
      { credentialId: 'id of walled later', at, from: 'ok', to: 'unreachable', code: 'denied_by_policy' },
      { credentialId: 'id of gone', at, from: 'ok', to: 'unreachable', code: 'unreachable' },
    ] satisfies ReportSource['changes'],
  };
  const { lists } = made(source).body;

  it('is what never worked, and what the broker’s own policy keeps from being tested', () => {
    expect(lists.broke.lines.map(({ name }) => name)).to.deep.equal(['gone']);
    const words = lists.broken_now.lines.map((line) => wordsOf('broken_now', line, to));
    expect(words).to.deep.equal([
      'never worked, invalid credential',
      'Blocked by the broker’s network policy',
      'Blocked by the broker’s network policy',
      'unreachable',
    ]);
  });

  it('is not called unreachable in a notice', () => {
    const text = (code: string) =>
      textOf({ kind: 'health_unreachable', body: { credential: 'Proxmox 03', code } } as Parameters<
        typeof textOf
      >[0]);
    expect(text('denied_by_policy'))
      .to.contain('Blocked by the broker’s network policy')
      .and.not.match(/reached|broke\b/);
    for (const code of ['unreachable', 'tls_error', 'misconfigured'])
      expect(text(code)).to.contain(`can’t be reached (${code})`);
  });
});

describe('A health report', () => {
  const credentials = [
    one('well', { uses: 12, usesFailed: 3 }),
    one('refused', { health: 'rejected', lastTestCode: 'expired', testsOk: 3 }),
    one('away', { health: 'unreachable', lastTestCode: 'unreachable', uses: 5 }),
    one('over', { expiresAt: day(-1) }),
    one('today', { expiresAt: to }),
    one('soon', { expiresAt: day(30), nextRotationAt: day(2) }),
    one('later', { expiresAt: day(31), nextRotationAt: day(31) }),
    one('late', { nextRotationAt: to }),
    one('dusty', { lastUsedAt: day(-90), secretSince: day(-300) }),
    one('new and unused', { lastUsedAt: null, createdAt: day(-89) }),
    one('old and unused', { lastUsedAt: null, createdAt: day(-91) }),
    one('mighty', { warnings: ['tls_insecure', 'over_privileged', 'root_account'] }),
  ];
  const at = day(-2);
  const changes: ReportSource['changes'] = [
    { credentialId: 'id of refused', at, from: 'ok', to: 'rejected', code: 'expired' },
    { credentialId: 'id of away', at, from: null, to: 'unreachable', code: 'unreachable' },
    { credentialId: 'id of well', at, from: 'limited', to: 'ok', code: 'ok' },
    { credentialId: 'id of well', at, from: null, to: 'ok', code: 'ok' },
    { credentialId: 'id of away', at, from: 'rejected', to: 'unreachable', code: 'x' },
  ];
  const use = (name: string, caller: string, uses: number, failed = 0) => ({
    credentialId: `id of ${name}`,
    usedBy: 'range-builder',
    caller,
    uses,
    failed,
  });
  const most = [use('well', 'local:ben', 10, 3), use('away', 'sa:1', 5), use('well', 'sa:1', 2)];
  const uses = { most, count: 3 };
  const drifts = [{ credentialId: 'id of mighty', at, code: 'active_gone' as const }];
  const first = made({ credentials, changes, uses, drifts });
  const namesOf = (list: ReportList, report = first) => report.body.lists[list].lines.map(({ name }) => name);

  it('counts each thing where it belongs', () => {
    expect(first.body.totals).to.deep.equal({
      credentials: 12,
      broken: 2,
      by_health: { ok: 10, limited: 0, rejected: 1, unreachable: 1, unchecked: 0 },
      tests: 12 * 28,
      tests_ok: 11 * 28 + 3,
      uses: 17,
      uses_failed: 3,
    });
    expect(Object.fromEntries(REPORT_LISTS.map((list) => [list, namesOf(list)]))).to.deep.include({
      broke: ['refused'],
      healed: ['well'],
      broken_now: ['refused', 'away'],
      expired: ['over', 'today'],
      expiring: ['soon'],
      rotation_overdue: ['late'],
      rotation_due: ['soon'],
      over_privileged: ['mighty'],
      drift: ['mighty'],
      unused: ['old and unused', 'dusty'],
      who_used: ['well', 'away', 'well'],
    });
    expect(namesOf('oldest_secrets')[0]).to.equal('dusty');
    expect(first.body.lists.over_privileged.lines[0]?.code).to.equal('over_privileged root_account');
    expect(first.body.lists.who_used.lines[0]).to.include({ caller: 'local:ben', uses: 10, failed: 3 });
    expect(reportInShort(first.body)).to.equal(
      '12 credentials, 2 of them not working; 1 broke, 1 healed; 2 expired, 1 expiring within 30 days; 2 due for rotation',
    );
  });

  it('is compared with the one before, list by list: what came and what is gone', () => {
    expect(first.body.since_last).to.equal(null);
    expect(first.body.lists.broken_now).to.include({ compared: null });
    const next = made(
      { credentials: [one('refused', { health: 'rejected' }), one('well', { health: 'limited' })] },
      asLast(first),
    );
    expect(next.body.since_last?.totals).to.deep.equal(first.body.totals);
    expect(next.body.lists.broken_now.compared).to.deep.equal({
      count: 2,
      new: 1,
      gone: 1,
      gone_names: ['away'],
    });
    expect(next.body.lists.broken_now.lines.map((line) => [line.name, line.new])).to.deep.equal([
      ['refused', false],
      ['well', true],
    ]);
    // Two lines of one credential are one that is gone.
    expect(next.body.lists.who_used.compared).to.deep.include({ count: 3, new: 0, gone: 2 });
    const page = reportPage([stored(next.body)]);
    expect(page, 'a moment stays in one line')
      .to.match(/\d\d&nbsp;\d\d:\d\d&nbsp;UTC/)
      .and.not.match(/\d\d:\d\d UTC/);
    expect(page).to.include('No longer in this list: away').and.include('(1 new, 1 gone)').and.include('−10');
  });

  it('compares who used what by all that was used, also where the busiest alone are listed', () => {
    const uses = { most: [use('well', 'sa:1', 9)], count: 70 };
    const both = [one('well', { uses: 9 }), one('away', { uses: 1 }), one('idle')];
    const { body } = made(
      { credentials: both, uses },
      asLast(made({ credentials: [one('away', { uses: 4 })] })),
    );
    expect(body.lists.who_used).to.deep.include({ count: 70 });
    expect(body.lists.who_used.compared).to.deep.include({ new: 1, gone: 0 });
    expect(body.totals.uses).to.equal(10);
  });

  it('shows twenty at a glance and has all in the tables, but of secrets only the oldest', () => {
    const many = Array.from({ length: 50 }, (_, n) => one(`lab <${n}>`, { health: 'rejected' }));
    const report = stored(made({ credentials: many }).body);
    const { lists } = report.body;
    expect([lists.broken_now.count, lists.broken_now.lines.length]).to.deep.equal([50, 50]);
    expect(lists.oldest_secrets.count).to.equal(10);
    const page = reportPage([report]);
    expect(page).to.include('… and 30 more: as CSV or JSON').and.include('lab &lt;19&gt;');
    expect(page).to.not.include('lab &lt;20&gt;');
    const text = reportText([report]);
    expect(text).to.include('  … and 30 more: as CSV or JSON').and.not.include('lab <20>');
    const csv = reportCsv(report);
    expect(csv.match(/^"broken_now","line"/gm)).to.have.length(50);
    expect(csv).to.not.include('not_kept');
    const shown = presentReport(report).lists;
    expect([shown.broken_now.lines.length, shown.broken_now.complete]).to.deep.equal([50, true]);
  });

  it('says where not all lines were kept', () => {
    const many = Array.from({ length: 10_005 }, (_, n) => one(`lab ${n}`, { health: 'rejected' }));
    const report = stored(made({ credentials: many }).body);
    expect(report.body.lists.broken_now.lines).to.have.length(10_000);
    expect(reportPage([report])).to.include('… and 9985 more, 9980 of them as CSV or JSON');
    expect(reportCsv(report)).to.include(`"broken_now","not_kept",5${','.repeat(14)}\r\n`);
    const shown = presentReport(report)['lists'] as Record<ReportList, { complete: boolean }>;
    expect([shown.broken_now.complete, shown.expired.complete]).to.deep.equal([false, true]);
    // Those of before kept twenty.
    const { broken_now } = report.body.lists;
    const old = { ...broken_now, lines: broken_now.lines.slice(0, 20) };
    expect(restWords(old)).to.equal('… and 9985 more');
    expect(restWords({ ...old, count: 20 })).to.equal('');
  });

  it('names all that is gone in its data and twenty on the page', () => {
    const many = Array.from({ length: 30 }, (_, n) => one(`lab ${n}`, { health: 'rejected' }));
    const { body } = made({ credentials: [one('lab 0')] }, asLast(made({ credentials: many })));
    expect(body.lists.broken_now.compared?.gone_names).to.have.length(30);
    expect(reportPage([stored(body)])).to.match(
      /No longer in this list: (?:[^,<]+, ){19}[^,<]+ and 10 more</,
    );
  });

  it('lets no name become markup in the page or a formula in the table', () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '=HYPERLINK("http://x")',
      '+1',
      '@a',
      ' -2',
      '＝1',
      'a "b", c',
    ];
    const { body } = made({ credentials: names.map((name) => one(name, { health: 'rejected' })) });
    const page = reportPage([stored(body, '<b>')], ['<i>above</i>']);
    expect(page).to.include('&lt;img src=x').and.not.include('<img');
    expect(page).to.not.include('<b>').and.not.include('<i>');
    const cells = reportCsv(stored(body, '=team'));
    expect(cells).to.include(`"'=HYPERLINK(""http://x"")"`).and.include(`"a ""b"", c"`);
    for (const safe of [`"'+1"`, `"'@a"`, `"' -2"`, `"'＝1"`, `"'=team"`]) expect(cells).to.include(safe);
    expect(cells).to.not.match(/(^|,)"?\s*[=+@-]/m);
  });

  it('is a table with its totals and as many cells in each row', () => {
    const [head, ...rows] = reportCsv(stored(first.body)).trimEnd().split('\r\n');
    expect(head).to.match(/^"section","item","count","before","came","gone","id","name"/);
    expect(rows).to.include(`"total","credentials",12${','.repeat(14)}`);
    expect(rows).to.include(`"list","broke",1${','.repeat(14)}`);
    for (const row of rows) expect(row.split(',')).to.have.length(17);
    expect(rows.filter((row) => row.startsWith('"who_used"'))).to.have.length(3);
  });

  it('is text too, for mail readers that show no page', () => {
    const text = reportText([stored(first.body)], ['[info] Something else.']);
    expect(text).to.match(
      /^\[info\] Something else\.\n\nHealth report of all credentials\n2027-03-01 06:00 UTC to 2027-03-08 06:00 UTC/,
    );
    expect(text).to.include('- well (proxmox, local:anna): range-builder as local:ben: 10 uses, 3 failed');
    expect(text).to.include('- old and unused (proxmox, local:anna): never, stored 91 days ago');
  });
});

describe('The expression of a report schedule', () => {
  it('names one minute of one hour', () => {
    for (const good of [
      '0 6 * * 1',
      '30 23 1 * *',
      '5 0 */2 jan-mar mon,fri',
      '0 6 1,15 1-6/2 *',
      '0 6 * * 7',
    ])
      expect(reportExpressionProblem(good), good).to.equal(undefined);
    for (const bad of [
      '* 6 * * *',
      '*/5 6 * * *',
      '0 * * * *',
      '0 6,18 * * *',
      '60 6 * * *',
      '0 24 * * *',
      '0 6 32 * *',
      '0 6 * 13 *',
      '0 6 * * 8',
      '0 6 * * foo',
      '0 6 1-2-3 * *',
      '0 6 */0 * *',
      '0 6 * *',
      '0 6 * * * *',
      '@daily',
      '',
      '0 6 , * *',
    ])
      expect(reportExpressionProblem(bad), bad).to.match(/^must /);
  });
});
