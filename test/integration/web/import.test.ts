import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { packageRoot } from '../../../local/files/paths.js';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

const CANARIES = ['canary-proxmox-8f14e45f', 'canary-acme-c9f0f895', 'canary-grafana-45c48cce'];
const GLASSDOME = readFileSync(join(packageRoot(), 'test/fixtures/glassdome.env'), 'utf8');
const FILE = `PROXMOX_HOST=pve01.example.com
PROXMOX_USER=root@pam
PROXMOX_PASSWORD=${CANARIES[0]}
GRAFANA_URL=https://grafana.example.com
GRAFANA_API_KEY=${CANARIES[2]}
ACME_WIDGET_CREDENTIAL=${CANARIES[1]}
LOG_LEVEL=info
`;

describe('the import wizard of the page', function () {
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

  it('shows what would happen with each variable, and no value', async () => {
    const { page } = anna;
    await page.getByRole('link', { name: 'Import a .env' }).click();
    await page.getByLabel('Text of the file').fill(FILE);
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('row', { name: /Proxmox .* Will be created/ }).waitFor();
    await page.getByRole('row', { name: /LOG_LEVEL 7 Plain configuration/ }).waitFor();
    await page.getByRole('row', { name: /ACME_WIDGET_CREDENTIAL 6 Unknown name/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    for (const canary of CANARIES) expect(await anna.traces()).to.not.contain(canary);
  });

  it('imports what is chosen, with a variable that is left out otherwise', async () => {
    const { page } = anna;
    await page.getByLabel('Import ACME_WIDGET_CREDENTIAL too').click();
    await page.getByRole('button', { name: 'Import 3 credentials' }).waitFor();
    await page.getByLabel(/^Import Grafana/).uncheck();
    await page.getByRole('button', { name: 'Import 2 credentials' }).click();
    await page.getByRole('heading', { name: '2 created, 0 updated, 0 unchanged, 0 failed' }).waitFor();
    await page.getByRole('row', { name: /Grafana .* Left out/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('link', { name: 'Show the credentials' }).click();
    await page.getByRole('row', { name: /Proxmox/ }).waitFor();
  });

  it('says that all is stored when the same file comes again, and asks before it drops the text', async () => {
    const { page } = anna;
    await page.getByRole('link', { name: 'Import .env' }).click();
    await page.getByLabel('Text of the file').fill(FILE);
    page.once('dialog', (dialog) => void dialog.dismiss());
    await page.getByRole('main').getByRole('link', { name: 'Credentials' }).click();
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('row', { name: /Proxmox .* Already stored/ }).waitFor();
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('main').getByRole('link', { name: 'Credentials' }).click();
    await page.getByRole('row', { name: /Proxmox/ }).waitFor();
  });

  it('takes a whole .env of Glassdome, and imports every credential in it', async () => {
    const { page } = anna;
    await page.getByRole('link', { name: 'Import .env' }).click();
    await page.getByLabel('Text of the file').fill(GLASSDOME);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('row', { name: /AWS .* Will be created/ }).waitFor();
    await page.getByRole('button', { name: /^Import \d+ credentials$/ }).click();
    await page
      .getByRole('heading', { name: /^\d+ created, \d+ updated, \d+ unchanged, 0 failed$/ })
      .waitFor();
    expect(await anna.axe()).to.deep.equal([]);
  });

  it('keeps no value, and breaks no rule of its content security policy', async () => {
    const all = await anna.traces();
    for (const canary of CANARIES) expect(all).to.not.contain(canary);
    expect(anna.faults).to.deep.equal([]);
  });
});
