import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { type Listener, listen } from '../../support/services/listener.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';
import { keepOutcome } from '../../support/worlds/testOutcome.js';

describe('notifications on the page', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let admin: Visitor;
  let receiver: Listener;
  let status = 200;
  const secrets = ['canary-of-the-hook'];

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    receiver = await listen((_request, response) => {
      response.statusCode = status;
      response.end();
    });
    admin = await visit(browser, broker.url);
    await admin.signIn('admin', passwordOf('admin'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
    await receiver?.close();
  });

  it('adds a webhook whose URL is masked and whose signing secret is shown once', async () => {
    const { page } = admin;
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.getByText('Nothing is open.').waitFor();
    expect(await admin.axe()).to.deep.equal([]);
    await page.getByRole('tab', { name: 'Channels' }).click();
    await page.getByRole('button', { name: 'Add channel' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Operations');
    await page.getByRole('combobox', { name: 'Kind', exact: true }).selectOption('webhook');
    const url = page.getByRole('textbox', { name: 'URL' });
    expect(await url.getAttribute('type')).to.equal('password');
    await url.fill('not a URL');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await url.fill(`${receiver.address}/canary-of-the-hook`);
    await page.getByRole('combobox', { name: 'Least severity' }).selectOption('warning');
    await page.getByRole('textbox', { name: 'Labels' }).fill('environment=prod');
    expect(await admin.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const code = page.getByRole('dialog', { name: 'Signing secret' }).locator('code');
    secrets.push((await code.textContent()) ?? '');
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('row', { name: /^Operations/ }).waitFor();
    await page.getByText('warning or worse, environment=prod').waitFor();
  });

  it('tests it, and says what came back', async () => {
    const { page } = admin;
    await page.getByRole('button', { name: 'Test Operations' }).click();
    await page.getByText('The test message to Operations was accepted.').waitFor();
    expect(receiver.requests.at(-1)?.url).to.equal('/canary-of-the-hook');
    status = 410;
    await page.getByRole('button', { name: 'Test Operations' }).click();
    await page.getByText(/The test message to Operations failed/).waitFor();
    status = 200;
  });

  it('edits, pauses and resumes it', async () => {
    const { page } = admin;
    const more = (item: string) => async () => {
      await page.getByRole('button', { name: 'More for Operations' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await more('Edit')();
    await page.getByRole('textbox', { name: 'Labels' }).fill('');
    await page.getByRole('combobox', { name: 'Kinds' }).fill('rejected');
    await page.getByRole('option', { name: 'health rejected' }).click();
    await page.getByLabel('Quiet from').fill('22:00');
    await page.getByLabel('Quiet until').fill('06:00');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('warning or worse, health rejected, not 22:00 to 06:00').waitFor();
    await more('Pause')();
    await page.getByText('‖ Paused').waitFor();
    await more('Resume')();
    await page.getByText('‖ Paused').waitFor({ state: 'detached' });
    await more('Show deliveries')();
    await page.getByText('Nothing was sent yet.').waitFor();
    await page.keyboard.press('Escape');
  });

  it('shows a notice, which can be snoozed and acknowledged', async () => {
    const { page } = admin;
    const body = { name: 'Refused', service_type: 'openai', fields: { api_key: 'sk-of-notices' } };
    const { id } = (await broker.call(broker.admin.token, 'POST', '/api/credentials', body)).body;
    await keepOutcome(broker.system.ports, id, 'invalid_credential');
    await page.getByRole('tab', { name: 'Open' }).click();
    const row = page.getByRole('row', { name: /Refused/ });
    await row.waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await row.getByRole('button', { name: /^Snooze/ }).click();
    await page.getByRole('menuitem', { name: 'For a week' }).click();
    await page.getByText('Nothing is open.').waitFor();
    await page.getByRole('tab', { name: 'All' }).click();
    await page.getByText(/Snoozed, ends/).waitFor();
    expect(await admin.axe()).to.deep.equal([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('deletes a channel, and keeps no secret of it', async () => {
    const { page } = admin;
    await page.getByRole('tab', { name: 'Channels' }).click();
    await page.getByRole('button', { name: 'More for Operations' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('row', { name: /^Operations/ }).waitFor({ state: 'detached' });
    const all = await admin.traces();
    expect(secrets.every((secret) => secret.length > 10)).to.equal(true);
    for (const secret of secrets) expect(all).to.not.contain(secret);
    expect(admin.faults).to.deep.equal([]);
  });
});
