import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { proxmoxToken, startProxmox } from '../../simulators/proxmox.js';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import type { Simulator } from '../../support/services/simulator.js';
import { startChromium } from '../../support/web/chromium.js';
import { keyboardOf } from '../../support/web/keyboard.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

const { user, name: tokenName, secret: FIRST, second, password: PASSWORD } = proxmoxToken;
const WRONG = FIRST.replace('0f', 'ff');
const WRONG_PASSWORD = 'canary-Wrong-Horse-7';

// As text: these run in the page, whose types this project does not have.
const CACHED = `(async () => {
  const names = await caches.keys();
  const stores = (await indexedDB.databases()).map(({ name }) => name);
  const entries = performance.getEntries().map(({ name }) => name);
  return JSON.stringify([names, stores, entries, history.state]);
})()`;

/** A whole life on the page, at a host that refuses the wrong secret. */
describe('the life of a credential on the page', function () {
  this.timeout(240_000);
  let broker: BrokerSystem;
  let browser: Browser;
  let host: Simulator;
  let anna: Visitor;
  let token: string;
  let ben: string;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip', testsPerMinute: 400 });
    host = await startProxmox();
    ({ token } = await broker.person('anna', 'engineer'));
    ({ token: ben } = await broker.person('ben', 'engineer'));
    anna = await visit(browser, broker.url);
    await anna.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await host?.close();
    await broker?.stop();
  });

  const idOf = async (name: string): Promise<string> =>
    (await broker.call(token, 'GET', `/api/credentials?name=${encodeURIComponent(name)}`)).body.items[0].id;
  const heading = (name: string) => anna.page.getByRole('heading', { level: 1, name, exact: true });
  const readBy = async (reader: string, id: string) => {
    const headers = { 'X-Used-By': 'deploy-agent' };
    const { status, body } = await broker.call(
      reader,
      'GET',
      `/api/credentials/${id}/secret`,
      undefined,
      headers,
    );
    return { status, fields: body.fields };
  };
  const everything = async () => `${await anna.traces()}\n${await anna.page.evaluate<string>(CACHED)}`;

  it('goes from the first test to the undo of the deletion, and leaves no secret behind', async () => {
    const { page } = anna;
    const aside = page.getByRole('complementary', { name: 'Test' });
    const test = aside.getByRole('button', { name: /^Test/ });

    // Add: the test finds the certificate, then the wrong secret, then nothing wrong.
    await anna.open('/credentials/new?service=proxmox');
    await page.getByLabel('Name', { exact: false }).first().fill('Proxmox lab');
    await page.getByLabel('Proxmox Host').fill(`127.0.0.1:${host.port}`);
    await page.getByLabel('Username').fill(user);
    await page.getByRole('combobox', { name: 'Authentication' }).click();
    await page.getByRole('option', { name: 'api token' }).click();
    await page.getByLabel('Token Name').fill(tokenName);
    const secret = page.getByRole('textbox', { name: 'Token Secret' });
    await secret.fill(WRONG);
    await test.click();
    await aside.getByRole('button', { name: 'Pin this certificate' }).click();
    await test.click();
    await aside.getByText(/Test failed/).waitFor();
    await secret.fill(FIRST);
    await test.click();
    await aside.getByText(/Test passed/).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: /^(Test, then save|Save)$/ }).click();
    await heading('Proxmox lab').waitFor();
    const id = await idOf('Proxmox lab');

    // Share, and use by the receiver.
    expect((await readBy(ben, id)).status).to.equal(404);
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('button', { name: 'Share with…' }).click();
    const sharing = page.getByRole('dialog', { name: 'Share it' });
    await sharing.getByRole('combobox', { name: 'Person' }).fill('ben');
    await sharing.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('row', { name: /^ben Person read/ }).waitFor();
    expect((await readBy(ben, id)).fields.token_value).to.equal(FIRST);

    // Rotate: a second token, of which the host refuses the wrong secret.
    host.state = 'second_token';
    await page.getByRole('button', { name: 'Rotate' }).click();
    await page.getByLabel('Token Name').fill(second.name);
    await secret.fill(WRONG);
    await page.getByRole('button', { name: 'Test, then save' }).click();
    await page.getByText(/nothing was stored/).waitFor();
    await secret.fill(second.secret);
    await page.getByRole('button', { name: 'Test, then save' }).click();
    await page.getByRole('heading', { name: 'Version 2 is active' }).waitFor();
    await page.getByRole('row', { name: /deploy-agent.*Still the old value/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    expect((await readBy(ben, id)).fields.token_value).to.equal(second.secret);

    // Roll back, delete with the consumer in sight, undo.
    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await heading('Proxmox lab').waitFor();
    expect((await readBy(ben, id)).fields.token_value).to.equal(FIRST);
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Proxmox lab?' });
    await dialog.getByRole('row', { name: /deploy-agent/ }).waitFor();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Proxmox lab is deleted.').waitFor();
    expect((await readBy(ben, id)).status).to.not.equal(200);
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByRole('row', { name: /Proxmox lab/ }).waitFor();
    expect((await readBy(ben, id)).fields.token_value).to.equal(FIRST);

    const kept = await everything();
    for (const one of [FIRST, WRONG, second.secret]) expect(kept).to.not.contain(one);
  });

  it('can be lived by the keyboard alone', async () => {
    const { page } = anna;
    const { tabTo, typeInto, press } = keyboardOf(page);
    const button = (name: string | RegExp) =>
      page.getByRole('button', { name, exact: typeof name === 'string' });
    host.state = '';
    await anna.open('/credentials');
    await page.getByRole('row', { name: /Proxmox lab/ }).waitFor();
    await page.keyboard.press('n');
    await press(page.getByRole('link', { name: /^Proxmox VE/ }));
    await typeInto(page.getByLabel('Name', { exact: false }), 'Proxmox keys');
    await typeInto(page.getByLabel('Proxmox Host'), `127.0.0.1:${host.port}`);
    await typeInto(page.getByLabel('Username'), user);
    await typeInto(page.getByRole('textbox', { name: /^Password/ }).first(), WRONG_PASSWORD);
    await press(page.getByRole('complementary', { name: 'Test' }).getByRole('button', { name: /^Test/ }));
    await press(button('Pin this certificate'));
    await press(button('Save without a test'));
    await heading('Proxmox keys').waitFor();
    const id = await idOf('Proxmox keys');

    await page.keyboard.press('e');
    await typeInto(page.getByLabel('Description'), 'Typed without a mouse');
    await page.keyboard.press('Control+Enter');
    await heading('Proxmox keys').waitFor();
    expect((await broker.call(token, 'GET', `/api/credentials/${id}`)).body.description).to.equal(
      'Typed without a mouse',
    );

    await page.keyboard.press('r');
    await typeInto(page.getByRole('textbox', { name: /^Password/ }).first(), PASSWORD);
    await press(button('Test, then save'));
    await page.getByRole('heading', { name: 'Version 2 is active' }).waitFor();
    await press(button('Roll back to version 1'));
    await heading('Proxmox keys').waitFor();

    await press(button('Share'));
    await press(button('Share with…'));
    const sharing = page.getByRole('dialog', { name: 'Share it' });
    await typeInto(sharing.getByRole('combobox', { name: 'Person' }), 'ben');
    await press(sharing.getByRole('button', { name: 'Share', exact: true }));
    await page.getByRole('row', { name: /^ben Person read/ }).waitFor();
    expect((await readBy(ben, id)).fields.password).to.equal(WRONG_PASSWORD);

    await press(button('More actions'));
    await tabTo(page.getByRole('menuitem', { name: 'Delete…' }), 'ArrowDown');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Delete Proxmox keys?' });
    await press(dialog.getByRole('button', { name: 'Delete', exact: true }));
    await page.getByText('Proxmox keys is deleted.').waitFor();
    await press(button('Undo').last());
    await page.getByRole('row', { name: /Proxmox keys/ }).waitFor();

    const kept = await everything();
    for (const one of [PASSWORD, WRONG_PASSWORD]) expect(kept).to.not.contain(one);
  });

  it('breaks no rule of its content security policy, and asks no other origin for anything', () => {
    expect(anna.faults).to.deep.equal([]);
  });
});
