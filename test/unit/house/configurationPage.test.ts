import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { configurationPage, PAGE } from '../../../local/docs/configurationPage.js';
import { loadConfig } from '../../../src/config/config.js';
import { packageFile } from '../../../src/config/packageFiles.js';
import { configSchema } from '../../../src/config/variables.js';

describe('the page of all variables', () => {
  it('is the one that src/config/config.ts makes (npm run docs)', () => {
    expect(readFileSync(packageFile(PAGE), 'utf8')).to.equal(configurationPage());
  });

  it('tells of each what it means', () => {
    const rows = configurationPage().match(/^\| `[A-Z]\w+` \|.*$/gm) ?? [];
    expect(rows.map((row) => /`(\w+)`/.exec(row)?.[1])).to.deep.equal(Object.keys(configSchema.shape));
    for (const row of rows) expect(row.split(' | ').at(-1)).to.match(/^\S.{7,}[.:`a-z] \|$/);
  });

  it('gives ranges that hold at both ends and not beyond, and what else a number must be', () => {
    const ranges = [...configurationPage().matchAll(/^\| `(\w+)` \| (\S+) – (\d+)/gm)];
    expect(ranges.length).to.be.greaterThan(12);
    const taken = (name: string, value: number) => {
      try {
        loadConfig({ [name]: String(value) });
        return true;
      } catch {
        return false;
      }
    };
    for (const [, name = '', least, most] of ranges) {
      const [from, to] = [Number(least), Number(most)];
      const seen = [from - 1, from, to, to + 1].map((value) => taken(name, value));
      expect(seen, name).to.deep.equal([false, true, true, false]);
    }
    const rule = (name: string) =>
      new RegExp(`^\\| \`${name}\` \\| (.*?) \\|`, 'm').exec(configurationPage())?.[1];
    expect(rule('RETENTION_AUDIT_MONTHS')).to.equal('0 – 1200: 0 (for ever) or at least 12');
    expect(rule('RETENTION_USAGE_MONTHS')).to.equal('0 – 1200');
    expect([1, 11, 12].map((months) => taken('RETENTION_AUDIT_MONTHS', months))).to.deep.equal([
      ...[false, false, true],
    ]);
  });

  it('is linked from where people look', () => {
    for (const page of ['README.md', 'docs/production/install.md'])
      expect(readFileSync(packageFile(page), 'utf8'), page).to.contain('configuration.md');
  });
});
