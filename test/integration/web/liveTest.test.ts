import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('the live test of a form', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let anna: Visitor;
  let silent: Server;
  const sockets = new Set<Socket>();

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem();
    // Accepts connections and says nothing.
    silent = createServer((socket) => {
      sockets.add(socket.resume());
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    await broker.person('anna', 'engineer');
    anna = await visit(browser, broker.url);
    anna.page.on('dialog', (dialog) => void dialog.accept());
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
    for (const socket of sockets) socket.destroy();
    silent?.close();
  });

  async function fillIn(port: number): Promise<void> {
    const { page } = anna;
    await anna.open('/credentials/new?service=proxmox');
    await page.getByRole('textbox', { name: 'Name', exact: true }).first().fill(`At ${port}`);
    await page.getByLabel('Proxmox Host').fill(`127.0.0.1:${port}`);
    await page.getByRole('textbox', { name: /^Password/ }).fill('canary-of-a-live-test');
  }

  it('shows each step as it ends, and ends at the service when it is cancelled', async () => {
    const { page } = anna;
    await fillIn((silent.address() as AddressInfo).port);
    await page.getByRole('button', { name: 'Test connection' }).click();
    const steps = page.getByRole('list', { name: 'Steps of the test' });
    await steps.getByText('Address: passed').waitFor();
    await steps.getByText('TLS: running').waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await steps.waitFor({ state: 'detached' });
    while (sockets.size > 0) await new Promise((resolve) => setTimeout(resolve, 25));
    expect(await page.getByLabel('Proxmox Host').inputValue()).to.contain('127.0.0.1:');
  });

  it('stops a save that it fails, shows the failed step, and leaves the choice', async () => {
    const { page } = anna;
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await fillIn(port);
    await page.getByRole('button', { name: 'Test, then save' }).click();
    await page.getByText('Address: failed').waitFor();
    await page.getByText(/^Test failed: unreachable/).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Save anyway' }).click();
    await page.getByRole('heading', { level: 1, name: `At ${port}` }).waitFor();
    expect(await anna.traces()).to.not.contain('canary-of-a-live-test');
    expect(anna.faults).to.deep.equal([]);
  });
});
