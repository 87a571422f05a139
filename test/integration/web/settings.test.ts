import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

const NEW_PASSWORD = 'canary-new-password-of-anna';

describe('the settings of the page', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let anna: Visitor;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    await broker.person('anna', 'engineer');
    anna = await visit(browser, broker.url);
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  it('lists the keys with ?, and goes to a page by two of them', async () => {
    const { page } = anna;
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Go to Settings').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('remembers theme, density and keys in this browser', async () => {
    const { page } = anna;
    await page.getByText('Dark', { exact: true }).click();
    await page.getByText('Compact', { exact: true }).click();
    await page.getByRole('switch').click();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    const root = page.locator('html');
    expect(await root.getAttribute('data-mantine-color-scheme')).to.equal('dark');
    expect(await root.getAttribute('style')).to.contain('--row-height: 34px');
    expect(await page.getByRole('switch').isChecked()).to.equal(false);
    await page.getByRole('heading', { level: 2, name: 'Logins' }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('ends another login', async () => {
    const { page } = anna;
    const logins = page.getByRole('table', { name: 'Your logins' });
    const others = logins.getByRole('button', { name: 'End', exact: true });
    const count = await others.count();
    expect(count).to.be.greaterThan(0);
    await others.first().click();
    await page.getByText('The login has ended.').waitFor();
    await page.waitForFunction(
      `document.querySelectorAll('[aria-label="Your logins"] tbody tr').length === ${count}`,
    );
  });

  it('changes the password, and keeps neither', async () => {
    const { page } = anna;
    await page.getByRole('textbox', { name: 'Current password' }).fill('not the password');
    await page.getByRole('textbox', { name: 'New password', exact: true }).fill(NEW_PASSWORD);
    await page.getByRole('textbox', { name: 'New password, again' }).fill(NEW_PASSWORD);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('textbox', { name: 'Current password' }).fill(passwordOf('anna'));
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your new password is set.').waitFor();
    const all = await anna.traces();
    for (const secret of [NEW_PASSWORD, passwordOf('anna')]) expect(all).to.not.contain(secret);
    expect(anna.faults).to.deep.equal([]);
  });
});
