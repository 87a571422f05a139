import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { proxmoxToken, startProxmox } from '../../simulators/proxmox.js';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import type { Simulator } from '../../support/services/simulator.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

const WRONG = proxmoxToken.secret.replace('0f', 'ff');
const RIGHT = proxmoxToken.secret;

describe('the edit form of a credential', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let host: Simulator;
  let anna: Visitor;
  let token: string;
  let id: string;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    host = await startProxmox();
    ({ token } = await broker.person('anna', 'engineer'));
    const fields = {
      host: `127.0.0.1:${host.port}`,
      user: proxmoxToken.user,
      token_name: proxmoxToken.name,
      token_value: RIGHT,
      tls_mode: 'custom_ca',
      ca_cert_pem: host.ca,
    };
    const body = {
      name: 'Proxmox lab',
      service_type: 'proxmox',
      fields,
      labels: { env: 'lab' },
      test: 'skip',
    };
    ({ id } = (await broker.call(token, 'POST', '/api/credentials', body)).body);
    anna = await visit(browser, broker.url);
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await host?.close();
    await broker?.stop();
  });

  const seen = async () => (await broker.call(token, 'GET', `/api/credentials/${id}`)).body;
  const openForm = async () => {
    await anna.open(`/credentials/${id}/edit`);
    await anna.page.getByRole('form', { name: 'Edit Proxmox lab' }).waitFor();
  };
  const secret = () => anna.page.getByRole('textbox', { name: 'Token Secret' });

  it('shows the present settings, and stored secrets as masked', async () => {
    const { page } = anna;
    await anna.open(`/credentials/${id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('form', { name: 'Edit Proxmox lab' }).waitFor();
    expect(await page.getByLabel('Proxmox Host').inputValue()).to.contain('127.0.0.1');
    expect(await page.getByLabel('Labels').inputValue()).to.equal('env=lab');
    expect(await secret().inputValue()).to.equal('');
    expect(await secret().getAttribute('placeholder')).to.contain('Stored');
    expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).to.equal(true);
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('changes metadata without a new version', async () => {
    const { page } = anna;
    await page.getByLabel('Description').fill('The cluster in rack 4');
    await page.getByLabel('Labels').fill('env=lab\nrack=4');
    await page.getByLabel('Days before the end').fill('60, 7');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    const { description, labels, reminders, active_version } = await seen();
    expect({ description, labels, reminders, active_version }).to.deep.equal({
      description: 'The cluster in rack 4',
      labels: { env: 'lab', rack: '4' },
      reminders: { expiry_days: [60, 7] },
      active_version: 1,
    });
  });

  it('tests new values before it saves them, and stores none that the service refuses', async () => {
    const { page } = anna;
    await openForm();
    await secret().fill(WRONG);
    await page.getByRole('button', { name: 'Test, then save' }).click();
    await page.getByText('Test failed: invalid_credential').waitFor();
    await page.getByText(/nothing was stored/).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    expect((await seen()).active_version).to.equal(1);
    await secret().fill(RIGHT);
    await page.getByLabel('Description').fill('The cluster in rack 5');
    await page.getByRole('button', { name: 'Test, then save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Proxmox lab', exact: true }).waitFor();
    expect((await seen()).description).to.equal('The cluster in rack 5');
    expect(await anna.traces()).to.not.contain(WRONG);
  });

  it('stores a value that looks unusual only once that is confirmed', async () => {
    const { page } = anna;
    await openForm();
    await secret().fill('changeme');
    await page.getByRole('button', { name: 'Save without a test' }).click();
    await page.getByRole('alert').waitFor();
    expect((await seen()).active_version).to.equal(1);
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Store it as it is' }).click();
    await page.getByRole('heading', { level: 1, name: 'Proxmox lab', exact: true }).waitFor();
    expect((await seen()).active_version).to.equal(2);
  });

  it('names the input and the rule that its text breaks', async () => {
    const { page } = anna;
    await openForm();
    await page.getByLabel('Labels').fill('Not a key=1');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Labels').getAttribute('aria-invalid')).to.equal('true');
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('asks before what was typed is lost', async () => {
    const { page } = anna;
    const asked: string[] = [];
    page.once('dialog', (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('form', { name: 'Edit Proxmox lab' }).waitFor();
    expect(asked).to.deep.equal(['Leave without saving? What you typed is lost.']);
    expect(await page.getByLabel('Labels').inputValue()).to.equal('Not a key=1');
    const reload: string[] = [];
    page.once('dialog', (dialog) => {
      reload.push(dialog.type());
      void dialog.accept();
    });
    await page.reload();
    expect(reload).to.deep.equal(['beforeunload']);
  });

  it('offers yours or theirs for each field that both changed, and keeps the rest of both', async () => {
    const { page } = anna;
    await openForm();
    await page.getByLabel('Description').fill('From the form');
    await page.getByLabel('Labels').fill('env=form');
    await secret().fill(WRONG);
    const change = {
      description: 'From elsewhere',
      labels: { env: 'elsewhere' },
      rotation_interval_days: 90,
      fields: { token_value: 'ffffffff-0000-4000-8000-000000000000' },
      test: 'skip',
    };
    await broker.call(token, 'PATCH', `/api/credentials/${id}`, change);
    await page.getByRole('button', { name: 'Save without a test' }).click();
    const dialog = page.getByRole('dialog', { name: 'It has changed in the meantime' });
    await dialog.getByText('Kept from the other change: Days between rotations.').waitFor();
    expect(await dialog.getByRole('radiogroup').count()).to.equal(3);
    expect(await dialog.textContent()).to.not.contain('ffffffff');
    expect(await anna.axe()).to.deep.equal([]);
    await dialog
      .getByRole('radiogroup', { name: 'Labels' })
      .getByLabel(/^Theirs/)
      .check();
    await dialog
      .getByRole('radiogroup', { name: 'Token Secret' })
      .getByLabel(/^Theirs/)
      .check();
    await dialog.getByRole('button', { name: 'Continue with these values' }).click();
    expect(await page.getByLabel('Labels').inputValue()).to.equal('env=elsewhere');
    expect(await secret().inputValue()).to.equal('');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Proxmox lab', exact: true }).waitFor();
    const { description, labels, rotation_interval_days, active_version } = await seen();
    expect({ description, labels, rotation_interval_days, active_version }).to.deep.equal({
      description: 'From the form',
      labels: { env: 'elsewhere' },
      rotation_interval_days: 90,
      active_version: 3,
    });
    expect(await anna.traces()).to.not.contain(WRONG);
  });

  it('loses nothing when the login ends while the form is open', async () => {
    const { page } = anna;
    await openForm();
    await page.getByLabel('Description').fill('Typed before the end');
    const { body } = await broker.call(token, 'GET', '/api/auth/sessions');
    for (const { id: session, client } of body.items)
      if (client === 'web') await broker.call(token, 'DELETE', `/api/auth/sessions/${session}`);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByRole('textbox', { name: 'Password' }).fill(passwordOf('anna'));
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Proxmox lab', exact: true }).waitFor();
    expect((await seen()).description).to.equal('Typed before the end');
  });

  it('adds a secret to a credential of another service, whose settings stay settings', async () => {
    const { page } = anna;
    const fields = { api_url: 'https://api.lab', api_key: 'k-1234567890' };
    const body = { name: 'Box', service_type: 'other', fields, secret_fields: ['api_key'], test: 'skip' };
    const { body: made } = await broker.call(token, 'POST', '/api/credentials', body);
    await anna.open(`/credentials/${made.id}/edit`);
    expect(await page.getByLabel('api_url').inputValue()).to.equal('https://api.lab');
    await page.getByLabel('Name of a field').fill('webhook_key');
    await page.getByRole('button', { name: 'Add field' }).click();
    await page.getByRole('textbox', { name: 'webhook_key' }).fill('canary-of-the-new-field');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Box', exact: true }).waitFor();
    const { body: after } = await broker.call(token, 'GET', `/api/credentials/${made.id}`);
    expect(after.secret_fields).to.deep.equal(['api_key', 'webhook_key']);
    expect(after.settings).to.deep.equal({ api_url: 'https://api.lab' });
    expect(await anna.traces()).to.not.contain('canary-of-the-new-field');
  });

  it('is not offered to those who may only use the credential', async () => {
    const { token: other } = await broker.person('ben', 'engineer');
    const grant = { subject_kind: 'user', subject: 'local:ben', level: 'use' };
    await broker.call(token, 'PUT', `/api/credentials/${id}/grants`, { grants: [grant] });
    const ben = await visit(browser, broker.url);
    await ben.signIn('ben', passwordOf('ben'));
    await ben.open(`/credentials/${id}`);
    await ben.page.getByText('Stored. You can use it, but not read it.').first().waitFor();
    for (const name of ['Edit', 'Delete', 'Reveal', 'Rotate', 'Share'])
      expect(await ben.page.getByRole('button', { name }).count(), name).to.equal(0);
    await ben.open(`/credentials/${id}/edit`);
    await ben.page.getByText('You cannot edit this credential').waitFor();
    expect(await ben.axe()).to.deep.equal([]);
    expect(ben.faults).to.deep.equal([]);
    expect(
      (await broker.call(other, 'PATCH', `/api/credentials/${id}`, { description: 'x' })).status,
    ).to.equal(403);
    await ben.context.close();
  });

  it('breaks no rule of its content security policy, and asks no other origin for anything', () => {
    expect(anna.faults).to.deep.equal([]);
  });
});
