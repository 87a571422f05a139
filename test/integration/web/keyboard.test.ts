import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import {
  type BrokerSystem,
  passwordOf,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Keyboard, keyboardOf } from '../../support/web/keyboard.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('the page without a mouse', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let anna: SignedIn;
  let visitor: Visitor;
  let keys: Keyboard;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    anna = await broker.person('anna', 'architect');
    const ben = await broker.person('ben', 'engineer');
    const shared = await broker.call(ben.token, 'POST', '/api/credentials', {
      name: 'OpenAI of Ben',
      service_type: 'openai',
      fields: { api_key: 'sk-of-ben' },
      env_names: { OPENAI_API_KEY: 'api_key' },
    });
    const grants = [{ subject_kind: 'user', subject: 'local:anna', level: 'read' }];
    await broker.call(ben.token, 'PUT', `/api/credentials/${shared.body.id}/grants`, { grants });
    visitor = await visit(browser, broker.url);
    keys = keyboardOf(visitor.page);
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  const go = async (letter: string, heading: string) => {
    await visitor.page.keyboard.press('g');
    await visitor.page.keyboard.press(letter);
    await visitor.page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  const button = (name: string | RegExp) =>
    visitor.page.getByRole('button', { name, exact: typeof name === 'string' });

  it('signs in', async () => {
    const { page } = visitor;
    await visitor.open('/');
    await keys.typeInto(page.getByLabel('User name'), 'anna');
    await keys.typeInto(page.getByRole('textbox', { name: 'Password' }), passwordOf('anna'));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Credentials', exact: true }).waitFor();
  });

  it('imports a .env', async () => {
    const { page } = visitor;
    await go('i', 'Import a .env');
    await keys.typeInto(
      page.getByLabel('Text of the file'),
      'PROXMOX_HOST=pve01.example.com\nPROXMOX_USER=root@pam\nPROXMOX_PASSWORD=canary-of-the-keyboard\n',
    );
    await keys.press(button('Preview'));
    await keys.press(button('Import 1 credential'));
    await page.getByRole('heading', { name: /^1 created/ }).waitFor();
  });

  it('accepts an offer', async () => {
    const { page } = visitor;
    await go('f', 'Offers');
    await keys.press(button('Accept OpenAI of Ben'));
    await keys.press(page.getByRole('dialog').getByRole('button', { name: 'Accept' }));
    await page.getByText('No offer waits for your answer.').waitFor();
    const { sources } = (await broker.call(anna.token, 'GET', '/api/environment')).body;
    expect(sources.OPENAI_API_KEY.name).to.equal('OpenAI of Ben');
  });

  it('creates a team and a service account', async () => {
    const { page } = visitor;
    await go('t', 'Teams & access');
    await keys.press(button('Create team'));
    await keys.typeInto(page.getByRole('textbox', { name: 'Name' }), 'blue');
    await keys.press(button('Create'));
    await page.getByRole('region', { name: 'Team blue' }).waitFor();
    await keys.tabTo(page.getByRole('tab', { name: 'Teams' }));
    await page.keyboard.press('ArrowRight');
    await keys.press(button('Create service account'));
    await keys.typeInto(page.getByRole('textbox', { name: 'Name' }), 'poller');
    await keys.press(button('Create'));
    await keys.press(button('I have stored it'));
    await page.getByRole('row', { name: /^poller/ }).waitFor();
  });

  it('selects rows of the list', async () => {
    const { page } = visitor;
    await go('l', 'Credentials');
    await page.getByRole('row', { name: /OpenAI of Ben/ }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText(/^1 selected/).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText(/^1 selected/).waitFor({ state: 'detached' });
  });

  it('filters the audit, and signs out', async () => {
    const { page } = visitor;
    await go('a', 'Audit');
    await page.getByRole('table', { name: 'Audit' }).waitFor();
    await keys.press(button(/^Account of/));
    await keys.tabTo(page.getByRole('menuitem', { name: 'Sign out' }), 'ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await visitor.traces()).to.not.contain('canary-of-the-keyboard');
    expect(visitor.faults).to.deep.equal([]);
  });
});
