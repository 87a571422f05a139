import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';
import { keepOutcome } from '../../support/worlds/testOutcome.js';

describe('reports on the page', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let admin: Visitor;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    await broker.person('otto', 'observer');
    admin = await visit(browser, broker.url);
    await admin.signIn('admin', passwordOf('admin'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  async function refused(name: string): Promise<string> {
    const body = { name, service_type: 'openai', fields: { api_key: 'sk-of-reports' } };
    const { id } = (await broker.call(broker.admin.token, 'POST', '/api/credentials', body)).body;
    await keepOutcome(broker.system.ports, id, 'invalid_credential');
    return id;
  }

  it('makes one, and shows its totals and lists', async () => {
    const { page } = admin;
    const first = await refused('First broken');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByText('No report yet.').waitFor();
    expect(await admin.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Make a report' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make' }).click();
    await page.getByRole('heading', { level: 1, name: 'Health report of all credentials' }).waitFor();
    const broken = page.getByRole('region', { name: 'Not working now' });
    await broken.getByRole('row', { name: /^First broken/ }).waitFor();
    expect(await admin.axe()).to.deep.equal([]);
    await keepOutcome(broker.system.ports, first, 'ok');
  });

  it('compares two: what is new and what is gone', async () => {
    const { page } = admin;
    await refused('Second broken');
    await page.getByRole('link', { name: 'Reports' }).first().click();
    await page.getByRole('button', { name: 'Make a report' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make' }).click();
    const compare = page.getByRole('combobox', { name: 'Compare with' });
    await compare.waitFor();
    await compare.selectOption({ index: 1 });
    const broken = page.getByRole('region', { name: 'Not working now' });
    await broken.getByText('No longer: First broken').waitFor();
    await broken.getByRole('row', { name: /^Second broken New/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('with')).to.match(/^[0-9a-f-]{36}$/);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    expect(await admin.axe()).to.deep.equal([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('saves it as a table', async () => {
    const { page } = admin;
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const file = await (await saved).path();
    expect(readFileSync(file, 'utf8')).to.contain('Second broken').and.not.contain('sk-of-reports');
  });

  it('adds, edits, pauses and deletes a schedule, and names the rule of a wrong expression', async () => {
    const { page } = admin;
    await page.getByRole('link', { name: 'Reports' }).first().click();
    await page.getByRole('button', { name: 'Add schedule' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Weekly');
    await page.getByRole('textbox', { name: 'When' }).fill('* * * * *');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.getByRole('textbox', { name: 'When' }).fill('0 6 * * 1');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Edit Weekly' }).click();
    await page.getByRole('textbox', { name: 'When' }).fill('0 6 * * 2');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('0 6 * * 2').waitFor();
    await page.getByRole('button', { name: 'Pause Weekly' }).click();
    await page.getByText('‖ Off').waitFor();
    await page.getByRole('button', { name: 'Delete Weekly' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Edit Weekly' }).waitFor({ state: 'detached' });
    expect(admin.faults).to.deep.equal([]);
  });

  it('says to an observer who makes reports', async () => {
    const otto = await visit(browser, broker.url);
    await otto.signIn('otto', passwordOf('otto'));
    await otto.open('/reports');
    const { page } = otto;
    await page.getByText('Admins make them for all credentials').waitFor();
    await page.getByRole('button', { name: 'Make a report' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make' }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(otto.faults).to.deep.equal([]);
  });
});
