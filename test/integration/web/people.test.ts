import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('teams and access on the page', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let admin: Visitor;
  /** What was shown once. */
  const secrets: string[] = [];

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    await broker.person('anna', 'engineer');
    await broker.person('otto', 'observer');
    admin = await visit(browser, broker.url);
    await admin.signIn('admin', passwordOf('admin'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  /** Reads what is shown once, copies nothing, and closes. */
  async function shownOnce(page: Page): Promise<string> {
    const dialog = page.getByRole('dialog');
    const code = dialog.locator('code').last();
    await code.waitFor();
    const value = (await code.textContent()) ?? '';
    expect(value.length).to.be.greaterThan(10);
    secrets.push(value);
    expect(await admin.axe()).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'I have stored it' }).click();
    await dialog.waitFor({ state: 'detached' });
    return value;
  }

  it('creates a user whose one-time password is shown once, and works', async () => {
    const { page } = admin;
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.getByRole('tab', { name: 'People' }).click();
    await page.getByRole('row', { name: /^anna/ }).waitFor();
    expect(await admin.axe()).to.deep.equal([]);
    await page.setViewportSize({ width: 768, height: 900 });
    const edge = await page.getByRole('button', { name: 'Disable anna' }).boundingBox();
    expect((edge?.x ?? 0) + (edge?.width ?? 0)).to.be.at.most(768);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('textbox', { name: 'User name' }).fill('Bad Name');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.getByRole('textbox', { name: 'User name' }).fill('nils');
    await page.getByRole('combobox', { name: 'Role' }).selectOption('observer');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const password = await shownOnce(page);
    await page.getByRole('row', { name: /^nils observer/ }).waitFor();
    const login = await broker.call(null, 'POST', '/api/auth/login', { username: 'nils', password });
    expect(login.body.must_change_password).to.equal(true);
  });

  it('changes a user, gives a new password, disables and enables', async () => {
    const { page } = admin;
    await page.getByRole('button', { name: 'Edit nils' }).click();
    await page.getByRole('combobox', { name: 'Role' }).selectOption('engineer');
    await page.getByRole('textbox', { name: 'Mail address' }).fill('nils@lab.example');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /^nils ?nils@lab.example engineer Password/ }).waitFor();
    await page.getByRole('button', { name: 'New password for nils' }).click();
    await page.getByRole('button', { name: 'Create password' }).click();
    await shownOnce(page);
    await page.getByRole('button', { name: 'Disable nils' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Enable nils' }).click();
    await page.getByRole('button', { name: 'Disable nils' }).waitFor();
  });

  it('creates a team, adds and removes a member, and deletes it', async () => {
    const { page } = admin;
    await page.getByRole('tab', { name: 'Teams' }).click();
    await page.getByText('There are no teams yet.').waitFor();
    await page.getByRole('button', { name: 'Create team' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('red');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const team = page.getByRole('region', { name: 'Team red' });
    await team.getByRole('button', { name: 'Add member' }).click();
    await page.getByRole('textbox', { name: 'Member' }).fill('anna');
    await page.getByRole('checkbox', { name: 'Leads the team' }).check();
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await team.getByRole('row', { name: /^anna Lead/ }).waitFor();
    expect(await admin.axe()).to.deep.equal([]);
    await team.getByRole('button', { name: 'Remove anna' }).click();
    await team.getByRole('row', { name: /^anna/ }).waitFor({ state: 'detached' });
    await team.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There are no teams yet.').waitFor();
  });

  it('creates a service account whose secret is shown once, renews it, and revokes it', async () => {
    const { page } = admin;
    await page.getByRole('tab', { name: 'Service accounts' }).click();
    await page.getByRole('button', { name: 'Create service account' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('celery');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const first = await shownOnce(page);
    await page.getByRole('button', { name: 'New secret for celery' }).click();
    await page.getByRole('button', { name: 'Create secret' }).click();
    const second = await shownOnce(page);
    expect(second).to.not.equal(first);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await page.getByRole('button', { name: 'Revoke celery' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('✕ Revoked').waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('disables and enables any principal', async () => {
    const { page } = admin;
    await page.getByRole('tab', { name: 'Disabled' }).click();
    await page.getByRole('textbox', { name: 'Principal' }).fill('glassdome:7');
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await page.getByRole('button', { name: 'Enable glassdome:7' }).click();
    await page.getByText('Nobody is disabled.').waitFor();
    expect(await admin.axe()).to.deep.equal([]);
  });

  it('keeps nothing of what was shown once, and breaks no rule', async () => {
    const all = await admin.traces();
    expect(secrets).to.have.length(4);
    for (const secret of secrets) expect(all).to.not.contain(secret);
    expect(admin.faults).to.deep.equal([]);
  });

  it('offers an observer only what they may do, and says who may', async () => {
    const otto = await visit(browser, broker.url);
    await otto.signIn('otto', passwordOf('otto'));
    await otto.open('/people?tab=accounts');
    const { page } = otto;
    await page.getByText('Engineers, architects and admins create service accounts.').waitFor();
    expect(await page.getByRole('tab').allTextContents()).to.deep.equal(['Teams', 'Service accounts']);
    await page.getByRole('tab', { name: 'Teams' }).click();
    await page.getByText('Architects and admins create teams.').waitFor();
    await otto.open('/people?tab=people');
    await page.getByRole('alert').getByText('Permission denied').waitFor();
    expect(otto.faults).to.deep.equal([]);
  });
});
