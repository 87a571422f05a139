import { expect } from 'chai';
import { AddressBudget } from '../../../src/domain/limits/addressBudget.js';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';

describe('addresses that one caller may try out', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let count = 0;

  before(async () => {
    broker = await startBrokerSystem({ testedAddressesPerHour: 3 });
  });
  after(() => broker.stop());

  const closed = () => 45_000 + ++count;
  const fetched = (who: SignedIn, port: number) =>
    broker.call(who.token, 'POST', '/api/tls/fetch', { host: '127.0.0.1', port });
  const fields = (port: number) => ({
    base_url: `https://127.0.0.1:${port}`,
    token: 'glsa_made-up',
    auth_method: 'service_account_token',
  });
  const tested = (who: SignedIn, port: number) =>
    broker.call(who.token, 'POST', '/api/credentials/test', {
      service_type: 'grafana',
      fields: fields(port),
    });
  const saved = (who: SignedIn, port: number, test: string) =>
    broker.call(who.token, 'POST', '/api/credentials', {
      name: `grafana ${port}`,
      service_type: 'grafana',
      fields: fields(port),
      test,
    });

  it('are bounded by the hour, over certificates, tests and saves together', async () => {
    const anna = await broker.person('anna', 'engineer');
    const first = closed();
    expect((await fetched(anna, first)).status).to.equal(200);
    expect((await tested(anna, closed())).status).to.equal(200);
    expect((await saved(anna, closed(), 'required')).status).to.equal(422);
    for (const refused of [
      await fetched(anna, closed()),
      await tested(anna, closed()),
      await saved(anna, closed(), 'required'),
      await saved(anna, closed(), 'warn'),
    ]) {
      expect(refused.status).to.equal(429);
      expect(refused.body).to.include({ code: 'rate_limited' });
      expect(refused.body.detail).to.match(/^Too many different addresses were tested within an hour\. Wait/);
    }
    expect((await fetched(anna, first)).status, 'an address that was tried already').to.equal(200);
    const stored = await saved(anna, closed(), 'skip');
    expect(stored.status).to.equal(201);
    const again = await broker.call(anna.token, 'POST', `/api/credentials/${stored.body.id}/test`, {});
    expect(again.body, 'what is stored').to.include({ code: 'unreachable' });
  });

  it('are bounded for admins too, and each refusal is audited', async () => {
    for (let n = 0; n < 3; n++) expect((await fetched(broker.admin, closed())).status).to.equal(200);
    const port = closed();
    expect((await fetched(broker.admin, port)).status).to.equal(429);
    expect((await tested(broker.admin, port)).status).to.equal(429);
    for (const [action, part] of [
      ['tls.fetch', { host: '127.0.0.1', port }],
      ['credential.test_unsaved', { service_type: 'grafana' }],
    ] as const) {
      const { body } = await broker.call(
        broker.admin.token,
        'GET',
        `/api/audit?action=${action}&outcome=denied&limit=1`,
      );
      expect(body.items[0]).to.include({ code: 'rate_limited', actor: broker.admin.principal });
      expect(body.items[0].details).to.include(part);
    }
  });

  it('are free again an hour after they were tried', () => {
    const budget = new AddressBudget(2);
    expect(budget.admit('a', 'one:1', 0)).to.equal(null);
    expect(budget.admit('a', 'two:1', 1_000)).to.equal(null);
    expect(budget.admit('a', 'three:1', 2_000)).to.equal(3_598_000);
    expect(budget.admit('b', 'three:1', 2_000)).to.equal(null);
    expect(budget.admit('a', 'one:1', 3_599_999)).to.equal(null);
    expect(budget.admit('a', 'three:1', 3_600_000)).to.equal(null);
    expect(budget.admit('a', 'four:1', 3_600_500)).to.equal(500);
    const free = new AddressBudget(0);
    for (let n = 0; n < 100; n++) expect(free.admit('a', `h:${n}`, n)).to.equal(null);
  });
});
