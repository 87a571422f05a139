import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('access and activity on the page of a credential', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let anna: Visitor;
  let token: string;
  let ben: string;
  let id: string;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    ({ token } = await broker.person('anna', 'engineer'));
    ({ token: ben } = await broker.person('ben', 'engineer'));
    await broker.call(broker.admin.token, 'POST', '/api/teams', {
      name: 'red',
      members: [{ principal: 'local:anna', lead: false }],
    });
    const fields = {
      host: 'pve01.lab',
      user: 'broker@pve',
      auth_method: 'password',
      password: 'canary-of-access',
    };
    const body = { name: 'Proxmox lab', service_type: 'proxmox', fields, test: 'skip' };
    ({ id } = (await broker.call(token, 'POST', '/api/credentials', body)).body);
    anna = await visit(browser, broker.url);
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  const grants = async () => (await broker.call(token, 'GET', `/api/credentials/${id}/grants`)).body.grants;
  const share = async (kind: string, subject: string, level: string) => {
    const { page } = anna;
    await page.getByRole('button', { name: 'Share with…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Share it' });
    await dialog.getByLabel('With a').click();
    await page.getByRole('option', { name: kind, exact: true }).click();
    await dialog.getByRole('combobox', { name: kind }).fill(subject);
    await dialog.getByLabel('They may').click();
    await page.getByRole('option', { name: level }).click();
    return dialog;
  };

  it('shares with a person and a team', async () => {
    const { page } = anna;
    await anna.open(`/credentials/${id}`);
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByRole('row', { name: /^You Person own/ }).waitFor();
    const dialog = await share('Person', 'ben', 'Use it');
    expect(await anna.axe()).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('row', { name: /^ben Person use without an end/ }).waitFor();
    await (await share('Team', 'red', 'Read the secret')).getByRole('button', { name: 'Share' }).click();
    await page.getByRole('row', { name: /^red Team read/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    expect(await grants()).to.deep.equal([
      { subject_kind: 'team', subject: 'red', level: 'read', expires_at: null },
      { subject_kind: 'user', subject: 'local:ben', level: 'use', expires_at: null },
    ]);
  });

  it('says what is wrong with a subject, and keeps what was typed', async () => {
    const { page } = anna;
    const dialog = await share('Person', 'nobody', 'Use it');
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await dialog
      .getByRole('alert')
      .getByText(/does not exist/)
      .waitFor();
    expect(await dialog.getByRole('combobox', { name: 'Person' }).inputValue()).to.equal('nobody');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByRole('row', { name: /nobody/ }).count()).to.equal(0);
  });

  it('explains why somebody can read it', async () => {
    const { page } = anna;
    const who = page.getByRole('combobox', { name: 'Person or service account' });
    await who.fill('ben');
    await page.getByText('ben can use it, but not read it, unless their role is observer.').waitFor();
    await page.getByText('They have “use” directly.').waitFor();
    await who.fill('anna');
    await page.getByText('They own it.').waitFor();
    await page.keyboard.press('Escape');
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('changes what somebody may do and until when, and removes them with an undo', async () => {
    const { page } = anna;
    await page.getByRole('button', { name: 'Change ben' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change what ben may do' });
    await dialog.getByLabel('They may').click();
    await page.getByRole('option', { name: 'Read the secret' }).click();
    await dialog.getByLabel('Until').fill('2031-01-31T12:00');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /^ben Person read in/ }).waitFor();
    await page.getByRole('button', { name: 'Remove ben' }).click();
    await page.getByText('It is no longer shared with ben.').waitFor();
    expect((await grants()).length).to.equal(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('row', { name: /^ben Person read in/ }).waitFor();
    const { status } = await broker.call(ben, 'GET', `/api/credentials/${id}/secret`);
    expect(status).to.equal(200);
  });

  it('adds and removes reminders', async () => {
    const { page } = anna;
    await page.getByRole('tab', { name: 'Activity' }).click();
    await page.getByText('As set for the broker.').waitFor();
    for (const days of ['7', '45']) {
      await page.getByRole('textbox', { name: 'Days before the end' }).fill(days);
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByText(`${days} days before the end`, { exact: true }).waitFor();
    }
    await page.getByRole('button', { name: 'Remove 7 days before the end' }).click();
    await page.getByText('7 days before the end', { exact: true }).waitFor({ state: 'hidden' });
    const { body } = await broker.call(token, 'GET', `/api/credentials/${id}`);
    expect(body.reminders).to.deep.equal({ expiry_days: [45] });
  });

  it('shows tests and the audit of this credential alone', async () => {
    const { page } = anna;
    await broker.call(token, 'POST', `/api/credentials/${id}/test`, {});
    await anna.open(`/credentials/${id}?tab=activity`);
    await page
      .getByRole('table', { name: 'Tests' })
      .getByRole('row', { name: /Unreachable/ })
      .waitFor();
    await page
      .getByRole('table', { name: 'Audit' })
      .getByRole('row', { name: /grant.change/ })
      .first()
      .waitFor();
    await page.getByText('No notices for you.').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await anna.open(`/credentials/${id}?tab=usage`);
    await page.getByRole('table', { name: 'Consumers' }).getByRole('row', { name: /ben/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('accepts an offer where it is shown, and offers no change to those who may only read', async () => {
    await broker.call(token, 'PATCH', `/api/credentials/${id}`, { env_names: { PROXMOX_LAB_HOST: 'host' } });
    const visitor = await visit(browser, broker.url);
    await visitor.signIn('ben', passwordOf('ben'));
    await visitor.open(`/credentials/${id}?tab=access`);
    const { page } = visitor;
    await page.getByText(/anna offers it to you with “read”/).waitFor();
    for (const name of ['Share with…', 'Remove', 'Change'])
      expect(await page.getByRole('button', { name }).count(), name).to.equal(0);
    expect(await visitor.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('Accepted. It fills PROXMOX_LAB_HOST.').waitFor();
    await page.getByText(/anna offers it/).waitFor({ state: 'hidden' });
    expect(visitor.faults).to.deep.equal([]);
    await visitor.context.close();
  });

  it('asks an admin for the reason before it opens what is not theirs', async () => {
    const admin = await visit(browser, broker.url);
    await admin.signIn('admin', passwordOf('admin'));
    await admin.open(`/credentials/${id}?tab=access`);
    const { page } = admin;
    await page.getByRole('button', { name: 'Change ben' }).click();
    await page.getByRole('dialog').getByLabel('They may').click();
    await page.getByRole('option', { name: /^Manage it/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Why do you share it?' });
    await dialog.getByLabel('Reason').fill('incident 4711');
    await dialog.getByRole('button', { name: 'Share it' }).click();
    await page.getByRole('row', { name: /^ben Person manage/ }).waitFor();
    expect(admin.faults).to.deep.equal([]);
    await admin.context.close();
  });

  it('shows the owner the notice of it, which they acknowledge in place', async () => {
    const { page } = anna;
    await anna.open(`/credentials/${id}?tab=activity`);
    const notices = page.getByRole('region', { name: 'Notices' });
    await notices.getByText(/incident 4711/).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await notices.getByRole('button', { name: 'Acknowledge' }).click();
    await notices.getByText(/acknowledged by anna/).waitFor();
  });

  it('breaks no rule of its content security policy, and keeps no secret', async () => {
    expect(anna.faults).to.deep.equal([]);
    expect(await anna.traces()).to.not.contain('canary-of-access');
  });
});
