import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';
import { lastLine, summary } from '../../../local/testing/report.js';
import { runSuites, type SuiteResult } from '../../../local/testing/runSuites.js';
import { findSuites, SuiteSeconds } from '../../../local/testing/suites.js';

const SKIP = new URL('../../support/skipBecause.js', import.meta.url).href;

const SUITES: Record<string, string> = {
  passes: `it('works', () => console.log('printed by passes'));`,
  fails: `it('breaks', () => { throw new Error('broken as wanted'); });`,
  'has-only': `it.only('alone', () => undefined);`,
  'does-not-load': `import './missing.mjs';`,
  exits: `it('ends the process', () => process.exit(0));`,
  dies: `it('kills the process', () => process.kill(process.pid, 'SIGKILL'));`,
  hangs: `it('blocks the process', () => { for (;;); });`,
  skips: `import { skipBecause } from '${SKIP}';
describe('a suite', () => {
  before(function () { skipBecause(this, 'there is no moon'); });
  it('at night', () => undefined);
});`,
};

describe('the test runner', function () {
  this.timeout(180_000);
  let folder: string;
  const results = new Map<string, SuiteResult>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'test-runner-'));
    for (const [name, text] of Object.entries(SUITES)) writeFileSync(join(folder, `${name}.mjs`), text);
    const run = (suites: readonly string[], silentMs: number) =>
      runSuites(
        {
          suites,
          fileOf: (suite) => join(folder, `${suite}.mjs`),
          workers: 2,
          env: process.env,
          limits: { silentMs, fileMs: 60_000 },
          onResult: (result) => results.set(result.suite, result),
        },
        new AbortController().signal,
      );
    const others = Object.keys(SUITES).filter((suite) => suite !== 'hangs');
    await Promise.all([run(others, 60_000), run(['hangs'], 8_000)]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const outputOf = (suite: string) => stripVTControlCharacters(results.get(suite)?.output ?? '');
  const counts = (suite: string) => [results.get(suite)?.passed, results.get(suite)?.failed.length];

  it('runs every suite once, and keeps what each has printed together', () => {
    expect([...results.keys()]).to.have.members(Object.keys(SUITES));
    expect(counts('passes')).to.deep.equal([1, 0]);
    expect(outputOf('passes')).to.match(/printed by passes.*✔ works.*1 passing/s);
    expect(outputOf('passes')).to.not.contain('broken as wanted');
  });

  it('counts a failed test, and a file that does not load or has an only', () => {
    for (const suite of ['fails', 'has-only', 'does-not-load'])
      expect(counts(suite), suite).to.deep.equal([0, 1]);
    expect(outputOf('fails')).to.contain('broken as wanted');
    expect(outputOf('does-not-load')).to.contain('missing.mjs');
  });

  it('counts a worker that ends, is killed or hangs as a failure', () => {
    for (const suite of ['exits', 'dies', 'hangs']) expect(counts(suite), suite).to.deep.equal([0, 1]);
    expect(results.get('exits')?.failed[0]).to.contain('the worker ended (exit code 0)');
    expect(results.get('dies')?.failed[0]).to.contain('the worker ended (SIGKILL)');
    expect(results.get('hangs')?.failed[0]).to.contain('the worker hangs');
  });

  it('reports what was skipped and why, how long suites took, and the sum', () => {
    const all = [...results.values()];
    expect(summary(all)).to.contain('there is no moon:\n    a suite at night\n');
    expect(summary(all)).to.match(/\n +[\d.]+ s {2}hangs\n/);
    expect(lastLine(all)).to.equal('1 passed, 6 failed');
  });

  it('begins with the suite that took longest, and takes only those that are named and have a source', () => {
    for (const name of ['integration/a', 'integration/b', 'unit/c', 'unit/stale']) {
      for (const top of ['test', 'dist/test']) mkdirSync(join(folder, top, name, '..'), { recursive: true });
      writeFileSync(join(folder, 'dist/test', `${name}.test.js`), '');
      if (name !== 'unit/stale') writeFileSync(join(folder, 'test', `${name}.test.ts`), '');
    }
    const all = findSuites(folder, []);
    expect(all).to.deep.equal(['unit/c.test.js', 'integration/a.test.js', 'integration/b.test.js'].sort());
    expect(findSuites(folder, ['integration/b'])).to.deep.equal(['integration/b.test.js']);
    const seconds = new SuiteSeconds(folder);
    seconds.note('integration/b.test.js', 100);
    seconds.save();
    expect(new SuiteSeconds(folder).longestFirst(all)[0]).to.equal('integration/b.test.js');
  });

  it('finds a reason with every skip', () => {
    const tests = join(packageRoot(), 'test');
    const bare = readdirSync(tests, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/(skipBecause|testRunner\.test)\.ts$/.test(name))
      .filter((name) =>
        /\bthis\.skip\(|\b(it|describe)\.skip\(/.test(readFileSync(join(tests, name), 'utf8')),
      );
    expect(bare).to.deep.equal([]);
  });
});
