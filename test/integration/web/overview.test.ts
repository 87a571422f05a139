import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { type BrokerSystem, passwordOf, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { startChromium } from '../../support/web/chromium.js';
import { type Visitor, visit } from '../../support/web/visitor.js';
import { keepOutcome } from '../../support/worlds/testOutcome.js';

const DAY_MS = 86_400_000;

describe('the overview of the page', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let browser: Browser;

  before(async function () {
    browser = await startChromium(this);
    broker = await startBrokerSystem({ testOnSave: 'skip' });
  });
  after(async () => {
    await browser?.close();
    await broker?.stop();
  });

  async function store(token: string, name: string, more: object = {}): Promise<string> {
    const body = { name, service_type: 'openai', fields: { api_key: 'sk-of-the-overview' }, ...more };
    const answer = await broker.call(token, 'POST', '/api/credentials', body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body.id;
  }

  async function visitorOf(name: string): Promise<Visitor> {
    const visitor = await visit(browser, broker.url);
    await visitor.signIn(name, passwordOf(name));
    await visitor.page.keyboard.press('g');
    await visitor.page.keyboard.press('o');
    await visitor.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    return visitor;
  }

  it('shows what needs a person, each with its one action, and what ends next', async () => {
    const anna = await broker.person('anna', 'engineer');
    const ben = await broker.person('ben', 'engineer');
    const expires_at = new Date(Date.now() + 5 * DAY_MS).toISOString();
    await store(anna.token, 'OpenAI team', { expires_at });
    await store(anna.token, 'OpenAI quiet');
    const offered = await store(ben.token, 'OpenAI of Ben', { env_names: { OPENAI_API_KEY: 'api_key' } });
    const grants = [{ subject_kind: 'user', subject: 'local:anna', level: 'read' }];
    await broker.call(ben.token, 'PUT', `/api/credentials/${offered}/grants`, { grants });
    const visitor = await visitorOf('anna');
    const { page, faults } = visitor;
    const needs = page.getByRole('region', { name: 'Needs you now' });
    await needs.getByRole('heading', { name: 'A credential is offered to you' }).waitFor();
    await needs.getByRole('heading', { name: 'OpenAI team' }).waitFor();
    await page
      .getByRole('region', { name: 'Ends within 30 days' })
      .getByText(/^in [45]\s?d$/)
      .waitFor();
    await page
      .getByRole('region', { name: 'Last activity' })
      .getByText('You credential.create')
      .first()
      .waitFor();
    expect(await visitor.axe()).to.deep.equal([]);
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await page.getByRole('link', { name: '3 Never tested, OpenAI' }).click();
    await page.getByRole('heading', { level: 1, name: 'Credentials' }).waitFor();
    expect(new URL(page.url()).search).to.equal('?type=openai&health=unchecked');
    await page.goBack();
    await needs.getByRole('link', { name: 'Open OpenAI team' }).click();
    await page.getByRole('heading', { level: 1, name: 'OpenAI team' }).waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('follows what happens, and says when nothing needs anybody', async () => {
    const carla = await broker.person('carla', 'engineer');
    const id = await store(carla.token, 'Only one');
    const visitor = await visitorOf('carla');
    const { page, faults } = visitor;
    await page.getByText('Nothing needs you.').waitFor();
    await keepOutcome(broker.system.ports, id, 'invalid_credential');
    await page.getByRole('heading', { level: 3, name: 'Only one' }).waitFor();
    await page.getByRole('link', { name: '1 Rejected, OpenAI' }).waitFor();
    expect(faults).to.deep.equal([]);
  });

  it('offers the first steps to a person without credentials', async () => {
    await broker.person('dora', 'engineer');
    const { page } = await visitorOf('dora');
    await page.getByRole('heading', { name: 'No credentials yet' }).waitFor();
  });
});
