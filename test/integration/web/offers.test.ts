import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import {
  type BrokerSystem,
  passwordOf,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';

describe('offers on the page', function () {
  this.timeout(120_000);
  this.bail(true);
  let broker: BrokerSystem;
  let browser: Browser;
  let anna: SignedIn;
  let visitor: Visitor;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
    anna = await broker.person('anna', 'engineer');
    const ben = await broker.person('ben', 'engineer');
    for (const [name, variable] of [
      ['OpenAI one', 'OPENAI_API_KEY'],
      ['OpenAI two', 'OPENAI_API_KEY'],
    ] as const) {
      const body = { name, service_type: 'openai', fields: { api_key: 'sk-canary-of-offers' } };
      const made = await broker.call(ben.token, 'POST', '/api/credentials', {
        ...body,
        env_names: { [variable]: 'api_key' },
      });
      const grants = [{ subject_kind: 'user', subject: 'local:anna', level: 'read' }];
      await broker.call(ben.token, 'PUT', `/api/credentials/${made.body.id}/grants`, { grants });
    }
    visitor = await visit(browser, broker.url);
    await visitor.signIn('anna', passwordOf('anna'));
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  const variables = async () => (await broker.call(anna.token, 'GET', '/api/environment')).body.sources;

  it('fill no variables until one is accepted', async () => {
    const { page } = visitor;
    expect(await variables()).to.deep.equal({});
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.getByRole('row', { name: /^OpenAI one/ }).waitFor();
    expect(await visitor.axe()).to.deep.equal([]);
    await page.getByRole('button', { name: 'Accept OpenAI one' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('checkbox', { name: 'OPENAI_API_KEY' }).isChecked()).to.equal(true);
    expect(await visitor.axe()).to.deep.equal([]);
    await dialog.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('row', { name: /^OpenAI one/ }).waitFor({ state: 'detached' });
    expect((await variables()).OPENAI_API_KEY.name).to.equal('OpenAI one');
  });

  it('can be preferred, and the preference removed', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'Accept OpenAI two' }).click();
    await page.getByRole('dialog').getByRole('checkbox', { name: 'Prefer it' }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
    await page.getByText('No offer waits for your answer.').waitFor();
    expect((await variables()).OPENAI_API_KEY.name).to.equal('OpenAI two');
    await page.reload();
    await page.getByRole('button', { name: 'Remove the preference for OPENAI_API_KEY' }).click();
    await page.getByText('None. Prefer a credential').waitFor();
    expect((await variables()).OPENAI_API_KEY.name).to.equal('OpenAI one');
  });

  it('can be declined after they were accepted, and accepted again', async () => {
    const { page } = visitor;
    await page.getByText('Accepted', { exact: true }).click();
    await page.getByRole('button', { name: 'Decline OpenAI one' }).click();
    await page.getByRole('row', { name: /^OpenAI one/ }).waitFor({ state: 'detached' });
    expect((await variables()).OPENAI_API_KEY.name).to.equal('OpenAI two');
    await page.getByText('Declined', { exact: true }).click();
    await page.getByRole('button', { name: 'Accept OpenAI one' }).waitFor();
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    expect(await visitor.axe()).to.deep.equal([]);
    expect(visitor.faults).to.deep.equal([]);
  });
});
