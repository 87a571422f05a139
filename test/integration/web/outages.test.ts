import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { type PrivatePostgres, startPrivatePostgres } from '../../support/broker/parts.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

const PASSWORD = 'canary-password-in-an-outage';
const TYPED = 'sk-canary-of-an-outage';

describe('the page while something is down', function () {
  this.timeout(180_000);
  this.bail(true);
  let postgres: PrivatePostgres;
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let browser: Browser;
  let anna: Visitor;
  let token: string;

  before(async function () {
    browser = await startChromium(this);
    postgres = await startPrivatePostgres();
    parts = await startBrokerParts(Promise.resolve(postgres));
    broker = await startBrokerProcess(parts);
    await signUp();
    anna = await visit(browser, broker.base);
    anna.page.on('dialog', (dialog) => void dialog.accept());
    await anna.signIn('anna', PASSWORD);
  });
  after(async () => {
    await browser?.close();
    await broker?.kill();
    await parts?.stop();
    await postgres?.stop();
  });

  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
  async function call(bearer: string, method: string, path: string, body: object): Promise<any> {
    const answer = await fetch(broker.base + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(bearer !== '' && { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect(answer.status, text).to.be.below(300);
    return text === '' ? undefined : JSON.parse(text);
  }

  async function signUp(): Promise<void> {
    const user = { username: 'anna', role: 'engineer' };
    const made = await call(broker.token(1, 'admin'), 'POST', '/api/users', user);
    const login = async (password: string) =>
      (await call('', 'POST', '/api/auth/login', { username: 'anna', password })).access_token;
    const passwords = { current_password: made.one_time_password, new_password: PASSWORD };
    await call(await login(made.one_time_password), 'POST', '/api/auth/password', passwords);
    token = await login(PASSWORD);
  }

  const store = (name: string) =>
    call(token, 'POST', '/api/credentials', { name, service_type: 'openai', fields: { api_key: TYPED } });

  it('keeps what was typed while Vault is sealed, and saves it afterwards', async () => {
    const { page } = anna;
    await anna.open('/credentials/new?service=openai');
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Typed before');
    await page.locator('[name="api_key"]').fill(TYPED);
    await parts.vault.seal();
    await page.getByRole('button', { name: 'Save without a test' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Vault does not answer').waitFor();
    expect(await alert.textContent()).to.match(/Request ID: [0-9a-f-]{36}/);
    await page.getByRole('button', { name: /^Vault: Vault (is sealed|does not answer)/ }).waitFor();
    expect(await anna.axe()).to.deep.equal([]);
    expect(await page.locator('[name="api_key"]').inputValue()).to.equal(TYPED);
    await parts.vault.unseal();
    await page.getByRole('button', { name: 'Vault: Vault answers.' }).waitFor();
    await page.getByRole('button', { name: 'Save without a test' }).click();
    await page.getByRole('heading', { level: 1, name: 'Typed before' }).waitFor();
  });

  it('says that Postgres is down, and shows the list again when it is back', async () => {
    const { page } = anna;
    await anna.open('/credentials');
    await page.getByRole('row', { name: /Typed before/ }).waitFor();
    await postgres.crash();
    await page.getByRole('combobox', { name: 'Order' }).click();
    await page.getByRole('option', { name: 'By name' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Postgres does not answer').waitFor();
    await page.getByRole('button', { name: /^Postgres: Postgres does not answer/ }).waitFor();
    await postgres.restart();
    await page.getByRole('button', { name: 'Postgres: Postgres answers.' }).waitFor();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('row', { name: /Typed before/ }).waitFor();
  });

  it('follows the list again after the broker was restarted under it', async () => {
    const { page } = anna;
    await anna.open('/credentials');
    await page.getByRole('row', { name: /Typed before/ }).waitFor();
    await broker.kill();
    await page.getByRole('button', { name: /^Vault: The broker does not answer/ }).waitFor();
    broker = await startBrokerProcess(parts);
    await page.getByRole('button', { name: 'Vault: Vault answers.' }).waitFor();
    await store('Stored after the restart');
    await page.getByRole('row', { name: /Stored after the restart/ }).waitFor();
  });

  it('has kept no secret, and broken no rule', async () => {
    const all = await anna.traces();
    expect(all).to.not.contain(TYPED).and.not.contain(PASSWORD);
    expect(anna.faults).to.deep.equal([]);
  });
});
