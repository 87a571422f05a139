import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { startWorker, type Worker } from '../../../src/worker/worker.js';
import {
  type BrokerSystem,
  passwordOf,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('the selection bar of the list', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let worker: Worker | undefined;
  let anna: Visitor;
  let owner: SignedIn;

  const add = async (name: string, more: object = {}) => {
    const body = { name, service_type: 'other', fields: { value: `value of ${name}` }, ...more };
    return (await broker.call(owner.token, 'POST', '/api/credentials', body)).body.id as string;
  };
  const named = async (q: string) =>
    (await broker.call(owner.token, 'GET', `/api/credentials?q=${q}&sort=name`)).body.items;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    owner = await broker.person('anna', 'engineer');
    await broker.person('olaf', 'observer');
    for (const name of ['Alpha', 'Bravo', 'Charlie', 'Delta']) await add(name);
    worker = await startWorker(broker.system);
    anna = await visit(browser, broker.url);
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await worker?.stop();
    await broker?.stop();
  });

  const bar = () => anna.page.getByRole('region', { name: 'Selected credentials' });
  const box = (name: string) => anna.page.getByRole('checkbox', { name: `Select ${name}` });

  it('appears with the first row, and moves none; shift selects a range, Escape clears', async () => {
    const { page } = anna;
    const before = await page.getByRole('row', { name: /Delta/ }).boundingBox();
    await box('Alpha').click();
    await bar().waitFor();
    expect(await page.getByRole('row', { name: /Delta/ }).boundingBox()).to.deep.equal(before);
    await box('Charlie').click({ modifiers: ['Shift'] });
    await bar().getByText('3 selected').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await bar().waitFor({ state: 'hidden' });
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await bar().getByText('1 selected').waitFor();
    await page.keyboard.press('Escape');
  });

  it('leaves no column empty on a tablet', async () => {
    const { page } = anna;
    await page.setViewportSize({ width: 768, height: 1024 });
    const table = await page.getByRole('table').boundingBox();
    const button = await page.getByRole('button', { name: 'Test Alpha' }).boundingBox();
    const gap = (table?.x ?? 0) + (table?.width ?? 0) - (button?.x ?? 0) - (button?.width ?? 0);
    expect(gap).to.be.within(0, 20);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('labels what is selected, and says how many were left as they are', async () => {
    const { page } = anna;
    await box('Alpha').click();
    await box('Bravo').click();
    await bar().getByRole('button', { name: 'Label…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Label 2 credentials' });
    await dialog.getByLabel('Labels to set').fill('no label');
    await dialog.getByRole('button', { name: 'Set labels' }).click();
    await dialog.getByText('Write one key=value in each line, such as env=prod.').waitFor();
    await dialog.getByLabel('Labels to set').fill('env=lab');
    expect(await anna.axe()).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Set labels' }).click();
    await page.getByText('2 labelled', { exact: false }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    expect((await named('env')).map(({ name }: { name: string }) => name)).to.deep.equal(['Alpha', 'Bravo']);
    await bar().getByText('2 selected').waitFor();
  });

  it('acts on all that match the filters, and shares them with one person', async () => {
    const { page } = anna;
    await anna.open('/credentials?q=env');
    await box('Alpha').click();
    await bar().getByRole('button', { name: 'Select all that match' }).click();
    await bar().getByText('All 2 credentials that match').waitFor();
    await bar().getByRole('button', { name: 'Share…' }).click();
    await page.getByRole('dialog').getByRole('combobox', { name: 'Person' }).fill('olaf');
    await page.getByRole('dialog').getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByText('2 shared').waitFor();
    const { items } = (
      await broker.call((await broker.signIn('olaf', passwordOf('olaf'))).token, 'GET', '/api/credentials')
    ).body;
    expect(items).to.have.length(2);
  });

  it('deletes with Undo, by a phone too', async () => {
    const { page } = anna;
    await page.setViewportSize({ width: 390, height: 844 });
    await anna.open('/credentials');
    await box('Charlie').click();
    await box('Delta').click();
    expect(await anna.axe()).to.deep.equal([]);
    await bar().getByRole('button', { name: 'Delete…' }).click();
    await page.getByText('None of them was used in the last 30 days.').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('2 deleted').waitFor();
    await page.getByRole('row', { name: /Charlie/ }).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('2 restored').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await page.getByRole('row', { name: /Charlie/ }).waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('shows what failed and tries it again', async () => {
    const { page } = anna;
    const fields = {
      host: '127.0.0.1:1',
      token_name: 'lab',
      user: 'u@pve',
      token_value: '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    };
    await add('Echo', { service_type: 'proxmox', fields });
    await anna.open('/credentials');
    await box('Echo').click();
    await bar().getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByRole('table', { name: 'Failed' }).getByText('Echo').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Retry failed' }).click();
    await page.getByText('1 failed').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    // The row says what is wrong, and the navigation how many need somebody.
    await anna.open('/credentials');
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByText('need attention')
      .waitFor({ state: 'attached' });
  });

  it('finds what was not used for 90 days, and says whom to ask where nothing is shared', async () => {
    const { page } = anna;
    const [alpha] = await named('Alpha');
    await broker.call(owner.token, 'GET', `/api/credentials/${alpha.id}/secret`);
    await page.getByRole('button', { name: 'Unused for 90 days' }).click();
    await page.getByRole('row', { name: /Alpha/ }).waitFor({ state: 'hidden' });
    await page.getByRole('row', { name: /Bravo/ }).waitFor();
    const olaf = await visit(browser, broker.url);
    await broker.person('otto', 'observer');
    await olaf.signIn('otto', passwordOf('otto'));
    await olaf.page.getByText('Nothing is shared with you').waitFor();
    expect(await olaf.axe()).to.deep.equal([]);
    expect([...anna.faults, ...olaf.faults]).to.deep.equal([]);
  });

  it('opens the import with two keys', async () => {
    await anna.page.locator('body').click({ position: { x: 700, y: 5 } });
    await anna.page.keyboard.press('g');
    await anna.page.keyboard.press('i');
    await anna.page.waitForURL('**/import');
    expect(anna.faults).to.deep.equal([]);
  });
});
