import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('the web page', function () {
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
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  it('is signed in to by name and password, and says what is wrong with a password', async () => {
    const { page } = anna;
    await anna.open('/');
    await page.getByLabel('User name').fill('anna');
    await page.getByRole('textbox', { name: 'Password' }).fill('not-the-password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).to.contain('password is wrong');
    expect(await anna.axe()).to.deep.equal([]);
    await anna.signIn('anna', passwordOf('anna'));
    await page.getByText('No credentials yet').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('adds a credential from the form of its service, and shows it in the list', async () => {
    const { page } = anna;
    await page.getByRole('link', { name: 'Add a credential' }).click();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('link', { name: /^Proxmox VE/ }).click();
    await page.getByLabel('Name', { exact: false }).first().fill('Proxmox lab');
    await page.getByLabel('Proxmox Host').fill('pve01.lab');
    await page.getByRole('textbox', { name: /^Password/ }).fill('canary-password-of-the-page');
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Save without a test' }).click();
    await page.getByRole('heading', { level: 1, name: 'Proxmox lab' }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('main').getByRole('link', { name: 'Credentials' }).click();
    await page.getByRole('row', { name: /Proxmox lab/ }).waitFor();
    expect(await page.getByText('Virtualization platforms · 1').count()).to.equal(1);
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('names the field and the rule of bad input, and keeps what was typed', async () => {
    const { page } = anna;
    await anna.open('/credentials/new?service=proxmox');
    await page.getByLabel('Name', { exact: false }).first().fill('Second');
    await page.getByLabel('Proxmox Host').fill('not a host');
    await page.getByRole('textbox', { name: /^Password/ }).fill('something');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Proxmox Host').getAttribute('aria-invalid')).to.equal('true');
    expect(await page.getByLabel('Proxmox Host').inputValue()).to.equal('not a host');
  });

  it('finds a credential from everywhere by the palette, with the keyboard alone', async () => {
    const { page } = anna;
    page.once('dialog', (dialog) => void dialog.accept());
    await anna.open('/credentials');
    await page.getByRole('row', { name: /Proxmox lab/ }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Search or run a command' }).fill('mox l');
    await page.getByRole('dialog').getByText('Proxmox lab').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Proxmox lab' }).waitFor();
  });

  it('deletes with a way back', async () => {
    const { page } = anna;
    await anna.open('/credentials');
    await page.getByRole('link', { name: 'Proxmox lab' }).click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('menu').waitFor({ state: 'hidden' });
    await page.getByText('Nobody used it in the last 30 days.').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('row', { name: /Proxmox lab/ }).waitFor();
  });

  it('keeps no secret: not in storage, addresses, the document or the console; signing out forgets all', async () => {
    const { page, context } = anna;
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const all = await anna.traces();
    for (const secret of ['canary-password-of-the-page', passwordOf('anna'), 'gdr_'])
      expect(all).to.not.contain(secret);
    expect((await context.cookies()).map(({ name }) => name)).to.deep.equal([]);
  });

  it('breaks no rule of its content security policy, and asks no other origin for anything', () => {
    expect(anna.faults).to.deep.equal([]);
  });
});
