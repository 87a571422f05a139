import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { configurationPage, PAGE } from '../../local/configurationPage.js';
import { configSchema, packageFile } from '../../src/config.js';

describe('the page of all variables', () => {
  it('is the one that src/config.ts makes (npm run docs)', () => {
    expect(readFileSync(packageFile(PAGE), 'utf8')).to.equal(configurationPage());
  });

  it('tells of each what it means', () => {
    const rows = configurationPage().match(/^\| `[A-Z]\w+` \|.*$/gm) ?? [];
    expect(rows.map((row) => /`(\w+)`/.exec(row)?.[1])).to.deep.equal(Object.keys(configSchema.shape));
    for (const row of rows) expect(row.split(' | ').at(-1)).to.match(/^\S.{7,}[.:`a-z] \|$/);
  });

  it('is linked from where people look', () => {
    for (const page of ['README.md', 'docs/operations.md'])
      expect(readFileSync(packageFile(page), 'utf8'), page).to.contain('configuration.md');
  });
});
