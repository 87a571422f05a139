import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

const CANARY = 'canary-password-of-the-detail';
const READ = /^GET \/api\/credentials\/[^/]+\/secret$/;

describe('the page of a credential', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let anna: Visitor;
  let token: string;
  let id: string;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    ({ token } = await broker.person('anna', 'engineer'));
    const fields = { host: 'pve01.lab', user: 'broker@pve', auth_method: 'password', password: CANARY };
    const body = { name: 'Proxmox lab', service_type: 'proxmox', fields, test: 'skip' };
    ({ id } = (await broker.call(token, 'POST', '/api/credentials', body)).body);
    anna = await visit(browser, broker.url);
    await anna.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: broker.url });
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  const reads = () => anna.requests.filter((request) => READ.test(request)).length;
  const clipboard = () => anna.page.evaluate<string>('navigator.clipboard.readText()');

  it('reveals one value for 30 s, each time by a request of its own', async () => {
    const { page } = anna;
    await anna.open(`/credentials/${id}`);
    await page.getByRole('button', { name: 'Reveal password' }).click();
    await page.getByRole('cell', { name: CANARY }).waitFor();
    await page.getByText(/Hide \(2\d s\)/).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Hide password' }).click();
    expect(await anna.traces()).to.not.contain(CANARY);
    await page.getByRole('button', { name: 'Reveal password' }).click();
    await page.getByRole('cell', { name: CANARY }).waitFor();
    expect(reads()).to.equal(2);
    await page.getByRole('main').getByRole('link', { name: 'Credentials' }).click();
    await page.getByRole('row', { name: /Proxmox lab/ }).waitFor();
    expect(await anna.traces()).to.not.contain(CANARY);
  });

  it('hides a value after its time, and when the page is not visible any more', async () => {
    const { page } = anna;
    await page.clock.install();
    await anna.open(`/credentials/${id}`);
    await page.getByRole('button', { name: 'Reveal password' }).click();
    await page.getByRole('cell', { name: CANARY }).waitFor();
    await page.clock.fastForward(31_000);
    await page.getByRole('button', { name: 'Reveal password' }).waitFor();
    expect(await anna.traces()).to.not.contain(CANARY);
    await page.getByRole('button', { name: 'Reveal password' }).click();
    await page.getByRole('cell', { name: CANARY }).waitFor();
    await page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange')); delete document.visibilityState`);
    await page.getByRole('button', { name: 'Reveal password' }).waitFor();
    expect(await anna.traces()).to.not.contain(CANARY);
  });

  it('copies a masked value without showing it, and empties the clipboard after a minute', async () => {
    const { page } = anna;
    await page.getByRole('button', { name: 'Copy password' }).click();
    await page.getByText('Copied. Clears in 60 s.').waitFor();
    expect(await clipboard()).to.equal(CANARY);
    expect(await anna.traces()).to.not.contain(CANARY);
    await page.clock.fastForward(61_000);
    for (let tries = 0; tries < 50 && (await clipboard()) !== ''; tries++) await page.waitForTimeout(20);
    expect(await clipboard()).to.equal('');
    await page.getByRole('button', { name: 'Copy host' }).click();
    await page.getByText('Copied.', { exact: true }).waitFor();
    expect(await clipboard()).to.equal('pve01.lab');
  });

  it('asks an admin for the reason before it reads what is not theirs', async () => {
    const admin = await visit(browser, broker.url);
    await admin.signIn('admin', passwordOf('admin'));
    await admin.open(`/credentials/${id}`);
    await admin.page.getByRole('button', { name: 'Reveal password' }).click();
    const dialog = admin.page.getByRole('dialog', { name: 'Why do you need this value?' });
    await dialog.getByLabel('Reason').fill('incident 4711, für Bärbel');
    expect(await admin.axe()).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Read the value' }).click();
    await admin.page.getByRole('cell', { name: CANARY }).waitFor();
    await admin.page.getByRole('button', { name: 'Hide password' }).click();
    expect(await admin.traces()).to.not.contain(CANARY);
    const { body } = await broker.call(broker.admin.token, 'GET', '/api/audit?action=credential.read');
    const reasons = body.items.map((row: { break_glass_reason: string | null }) => row.break_glass_reason);
    expect(reasons).to.contain('incident 4711, für Bärbel');
    expect(admin.faults).to.deep.equal([]);
    await admin.context.close();
  });

  it('keeps its tab in the address: versions and usage', async () => {
    const { page } = anna;
    await anna.open(`/credentials/${id}?tab=nonsense`);
    await page.getByRole('table', { name: 'About it' }).waitFor();
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByRole('row', { name: /^1 Active.*anna/ }).waitFor();
    expect(new URL(page.url()).searchParams.get('tab')).to.equal('versions');
    expect(await anna.axe()).to.deep.equal([]);
    await anna.open(`/credentials/${id}?tab=usage`);
    await page.getByRole('cell', { name: 'Received' }).first().waitFor();
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('breaks no rule of its content security policy, and asks no other origin for anything', () => {
    expect(anna.faults).to.deep.equal([]);
  });
});
