import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { proxmoxToken, startProxmox } from '../../simulators/proxmox.js';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import type { Simulator } from '../../support/services/simulator.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

const OLD = proxmoxToken.secret.replace('0f', 'aa');
const WRONG = proxmoxToken.secret.replace('0f', 'ff');
const NEW = proxmoxToken.secret;

describe('versions, rotation and removal on the page', function () {
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
      token_value: OLD,
      tls_mode: 'custom_ca',
      ca_cert_pem: host.ca,
    };
    const body = { name: 'Proxmox lab', service_type: 'proxmox', fields, test: 'skip' };
    ({ id } = (await broker.call(token, 'POST', '/api/credentials', body)).body);
    await broker.call(token, 'GET', `/api/credentials/${id}/secret`, undefined, { 'X-Used-By': 'deploy-7' });
    anna = await visit(browser, broker.url);
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await host?.close();
    await broker?.stop();
  });

  const seen = async () => (await broker.call(token, 'GET', `/api/credentials/${id}`)).body;
  const heading = () => anna.page.getByRole('heading', { level: 1, name: 'Proxmox lab', exact: true });

  it('guides through a rotation, and stores no secret that the service refuses', async () => {
    const { page } = anna;
    await anna.open(`/credentials/${id}`);
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByRole('heading', { name: 'Create a new secret at Proxmox VE' }).waitFor();
    expect(await page.getByRole('link', { name: /^Open 127/ }).getAttribute('href')).to.equal(
      `https://127.0.0.1:${host.port}`,
    );
    await page
      .getByText(/Datacenter|API Tokens/)
      .first()
      .waitFor();
    const secret = page.getByRole('textbox', { name: 'Token Secret' });
    expect(await page.getByRole('button', { name: 'Test, then save' }).isDisabled()).to.equal(true);
    await secret.fill(WRONG);
    await page.getByRole('button', { name: 'Test only' }).click();
    await page.getByText('Test failed: invalid_credential').waitFor();
    await page.getByRole('button', { name: 'Test, then save' }).click();
    await page.getByText(/nothing was stored/).waitFor();
    expect((await seen()).active_version).to.equal(1);
    expect(await anna.axe()).to.deep.equal([]);
    await secret.fill(NEW);
    await page.getByLabel('Reason').fill('leaver');
    await page.getByRole('button', { name: 'Test, then save' }).click();
    await page.getByRole('heading', { name: 'Version 2 is active' }).waitFor();
    await page.getByRole('row', { name: /deploy-7.*Still the old value/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    expect(await anna.traces()).to.not.contain(NEW);
  });

  it('shows who has the new value, and rolls back', async () => {
    const { page } = anna;
    await broker.call(token, 'GET', `/api/credentials/${id}/secret`, undefined, { 'X-Used-By': 'deploy-8' });
    await page.getByRole('row', { name: /deploy-8.*The new value/ }).waitFor();
    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await heading().waitFor();
    expect((await seen()).active_version).to.equal(1);
  });

  it('makes a version the active one, with a way back', async () => {
    const { page } = anna;
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByRole('row', { name: /^2 .*rotation.*token_value.*leaver/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Test version 2' }).click();
    await page.getByText(/^Version 2: /).waitFor();
    await page.getByRole('button', { name: 'Use this version: 2' }).click();
    await page.getByRole('row', { name: /^2 Active/ }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('row', { name: /^1 Active/ }).waitFor();
    expect((await seen()).active_version).to.equal(1);
  });

  it('disables and enables, each with an undo', async () => {
    const { page } = anna;
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page.getByText('Proxmox lab is disabled. Nobody can read it.').waitFor();
    await page.getByText('Disabled', { exact: true }).waitFor();
    expect((await seen()).status).to.equal('disabled');
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByText('Proxmox lab is enabled.').waitFor();
    expect((await seen()).status).to.equal('active');
  });

  it('shows the days of the last month, by mouse and by keys', async () => {
    const { page } = anna;
    await broker.call(token, 'POST', `/api/credentials/${id}/test`, {});
    await anna.open(`/credentials/${id}`);
    const strip = page.getByRole('toolbar', { name: 'Health of the last 30 days' });
    await strip.waitFor();
    expect(await strip.getByRole('button').count()).to.equal(30);
    await strip.getByRole('button').last().focus();
    await page
      .getByRole('tooltip')
      .getByText(/Rejected/)
      .waitFor();
    await page.keyboard.press('ArrowLeft');
    await page
      .getByRole('tooltip')
      .getByText(/not tested/)
      .waitFor();
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('names the consumers before it deletes, and restores', async () => {
    const { page } = anna;
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('menu').waitFor({ state: 'hidden' });
    const dialog = page.getByRole('dialog', { name: 'Delete Proxmox lab?' });
    await dialog.getByRole('row', { name: /deploy-7/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Credentials', exact: true }).waitFor();
    await anna.open(`/credentials/${id}`);
    await page.getByText(/It is destroyed in Vault/).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('Proxmox lab is restored.').waitFor();
    expect((await seen()).status).to.equal('active');
  });

  it('destroys only after the name was typed', async () => {
    const { page } = anna;
    await broker.call(token, 'DELETE', `/api/credentials/${id}`);
    await anna.open(`/credentials/${id}`);
    await page.getByRole('button', { name: 'Destroy now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Destroy Proxmox lab?' });
    const destroy = dialog.getByRole('button', { name: 'Destroy', exact: true });
    expect(await destroy.isDisabled()).to.equal(true);
    await dialog.getByRole('textbox').fill('Proxmox lab');
    expect(await anna.axe()).to.deep.equal([]);
    await destroy.click();
    await page.getByText(/Proxmox lab is being destroyed/).waitFor();
    expect((await broker.call(token, 'GET', `/api/credentials/${id}`)).status).to.equal(404);
  });

  it('breaks no rule of its content security policy, and asks no other origin for anything', () => {
    expect(anna.faults).to.deep.equal([]);
  });
});
