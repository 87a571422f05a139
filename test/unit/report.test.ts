import { expect } from 'chai';
import {
  type REPORT_LISTS,
  type ReportedCredential,
  reportInShort,
  reportOf,
} from '../../src/domain/report.js';
import { reportCsv, reportHtml } from '../../src/http/presentReport.js';

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
  lastTestedAt: day(-1),
  expiresAt: null,
  nextRotationAt: null,
  secretSince: day(-10),
  lastUsedAt: day(-1),
  createdAt: day(-400),
  tests: 28,
  testsOk: 28,
  uses: 0,
  usesFailed: 0,
  usedBy: 0,
  warnings: [],
  drifts: 0,
  ...change,
});
const namesOf = (report: ReturnType<typeof reportOf>, list: (typeof REPORT_LISTS)[number]) =>
  report.lists[list].lines.map(({ name }) => name);

describe('A health report', () => {
  const credentials = [
    one('well'),
    one('refused', { health: 'rejected', lastTestCode: 'expired', testsOk: 3 }),
    one('away', { health: 'unreachable', lastTestCode: 'unreachable' }),
    one('over', { expiresAt: day(-1) }),
    one('today', { expiresAt: to }),
    one('soon', { expiresAt: day(30), nextRotationAt: day(2) }),
    one('later', { expiresAt: day(31), nextRotationAt: day(31) }),
    one('dusty', { lastUsedAt: day(-90), secretSince: day(-300) }),
    one('new and unused', { lastUsedAt: null, createdAt: day(-89) }),
    one('busy', { uses: 10, usesFailed: 2 }),
    one('mighty', { warnings: ['over_privileged'], drifts: 2 }),
  ];
  const at = day(-2);
  const changes = [
    { credentialId: 'id of refused', at, from: 'ok' as const, to: 'rejected' as const, code: 'expired' },
    { credentialId: 'id of away', at, from: null, to: 'unreachable' as const, code: 'unreachable' },
    { credentialId: 'id of well', at, from: 'limited' as const, to: 'ok' as const, code: 'ok' },
    { credentialId: 'id of busy', at, from: null, to: 'ok' as const, code: 'ok' },
    { credentialId: 'id of away', at, from: 'rejected' as const, to: 'unreachable' as const, code: 'x' },
  ];
  const report = reportOf(credentials, changes, { to, last: null });

  it('counts each thing where it belongs', () => {
    expect(report.totals).to.deep.equal({
      credentials: 11,
      by_health: { ok: 9, limited: 0, rejected: 1, unreachable: 1, unchecked: 0 },
      tests: 11 * 28,
      tests_ok: 10 * 28 + 3,
      uses: 10,
      uses_failed: 2,
    });
    expect(namesOf(report, 'broke')).to.deep.equal(['refused', 'away']);
    expect(namesOf(report, 'healed')).to.deep.equal(['well']);
    expect(namesOf(report, 'broken_now')).to.deep.equal(['refused', 'away']);
    expect(namesOf(report, 'expired')).to.deep.equal(['over', 'today']);
    expect(namesOf(report, 'expiring')).to.deep.equal(['soon']);
    expect(namesOf(report, 'rotation_due')).to.deep.equal(['soon']);
    expect(namesOf(report, 'oldest_secrets')[0]).to.equal('dusty');
    expect(namesOf(report, 'unused')).to.deep.equal(['dusty']);
    expect(namesOf(report, 'most_used')).to.deep.equal(['busy']);
    expect(namesOf(report, 'over_privileged')).to.deep.equal(['mighty']);
    expect(namesOf(report, 'drift')).to.deep.equal(['mighty']);
    expect(reportInShort(report)).to.equal(
      '11 credentials, 2 of them broken; 2 broke, 1 healed; 2 expired, 1 end within 30 days; 1 to be rotated',
    );
  });

  it('is compared with the one before', () => {
    expect(report.since_last).to.equal(null);
    const next = reportOf([one('well'), one('refused', { health: 'rejected' })], [], { to, last: report });
    expect(next.since_last).to.deep.equal({ broken: -1, credentials: -9 });
  });

  it('lists at most twenty and counts all', () => {
    const many = Array.from({ length: 50 }, (_, n) => one(`lab ${n}`, { health: 'rejected' }));
    const { count, lines } = reportOf(many, [], { to, last: null }).lists.broken_now;
    expect([count, lines.length]).to.deep.equal([50, 20]);
  });

  it('lets no name become markup in the page or a formula in the table', () => {
    const names = ['<img src=x onerror=alert(1)>', '=HYPERLINK("http://x")', '+1', '@a', 'a "b", c'];
    const body = reportOf(
      names.map((name) => one(name, { health: 'rejected' })),
      [],
      { to, last: null },
    );
    const stored = { id: 'r', team: '<b>', from: day(-7), to, madeAt: to, madeBy: 'local:admin', body };
    const page = reportHtml(stored);
    expect(page).to.include('&lt;img src=x').and.not.include('<img').and.not.include('<b></h1>');
    const lines = reportCsv(stored).split('\r\n');
    expect(lines[0]).to.equal('list,id,name,service_type,owner,what');
    const cells = lines.filter((line) => line.startsWith('broken_now')).join('\n');
    expect(cells).to.include(`"'=HYPERLINK(""http://x"")"`).and.include(`,'+1,`).and.include(`,'@a,`);
    expect(cells).to.include('"a ""b"", c"');
  });
});
