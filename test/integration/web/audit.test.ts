import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('the audit in the page', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let admin: Visitor;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    await broker.person('anna', 'engineer');
    admin = await visit(browser, broker.url);
    await admin.signIn('admin', passwordOf('admin'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  it('lists rows, and filters them by what is in the address', async () => {
    const { page } = admin;
    await page.getByRole('link', { name: 'Audit' }).click();
    await page
      .getByRole('row', { name: /auth\.login/ })
      .first()
      .waitFor();
    expect(await admin.axe()).to.deep.equal([]);
    await page.getByLabel('Action').first().fill('user.create');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.waitForURL(/action=user\.create/);
    await page
      .getByRole('row', { name: /user\.create/ })
      .first()
      .waitFor();
    await page
      .getByRole('row', { name: /auth\.login/ })
      .first()
      .waitFor({ state: 'detached' });
    await page.reload();
    await page
      .getByRole('row', { name: /user\.create/ })
      .first()
      .waitFor();
    expect(await page.getByLabel('Action').first().inputValue()).to.equal('user.create');
  });

  it('exports what is filtered, as JSON Lines and as CSV', async () => {
    const { page } = admin;
    const exported = async (name: string) => {
      const waiting = page.waitForEvent('download');
      await page.getByRole('button', { name }).click();
      return readFileSync(await (await waiting).path(), 'utf8')
        .trim()
        .split(/\r?\n/);
    };
    const rows = (await exported('Export JSON Lines')).map((line) => JSON.parse(line) as { action: string });
    expect(rows.length).to.be.greaterThan(0);
    expect(new Set(rows.map(({ action }) => action))).to.deep.equal(new Set(['user.create']));
    const lines = await exported('Export CSV');
    expect(lines[0]).to.match(/^at,actor,action,/);
    expect(lines.length).to.equal(rows.length + 1);
  });

  it('verifies every chain', async () => {
    const { page } = admin;
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('dialog', { name: 'The audit is whole' }).waitFor();
    expect(await admin.axe()).to.deep.equal([]);
    expect(await admin.traces()).to.not.contain(passwordOf('admin'));
    expect(admin.faults).to.deep.equal([]);
  });
});
