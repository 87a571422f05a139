import { expect } from 'chai';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';

const PAGE = 'https://glassdome.lab';
const ALLOWED = /^access-control-/;

describe('calls from the pages of other origins', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  before(async () => {
    broker = await startBrokerSystem({ corsOrigins: [PAGE] });
  });
  after(() => broker.stop());

  const preflight = (origin: string, path = '/api/credentials') =>
    fetch(`${broker.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const told = (answer: Response) => [...answer.headers.keys()].filter((name) => ALLOWED.test(name));

  it('are let through for an origin that is named: asked for first, then made', async () => {
    const asked = await preflight(PAGE);
    expect(asked.status).to.equal(204);
    expect(asked.headers.get('access-control-allow-origin')).to.equal(PAGE);
    expect(asked.headers.get('access-control-allow-methods')).to.equal('GET, POST, PUT, PATCH, DELETE');
    for (const header of ['Authorization', 'Content-Type', 'If-Match', 'Idempotency-Key', 'X-Used-By'])
      expect(asked.headers.get('access-control-allow-headers')).to.contain(header);
    // A session cookie counts only with it.
    expect(asked.headers.get('access-control-allow-headers')).to.not.match(/x-client/i);
    const { status, headers } = await broker.call(broker.admin.token, 'GET', '/api/credentials', undefined, {
      origin: PAGE,
    });
    expect(status).to.equal(200);
    expect(headers.get('access-control-allow-origin')).to.equal(PAGE);
    expect(headers.get('vary')).to.match(/Origin/);
  });

  it('read refusals too, and never bring a cookie', async () => {
    const refused = await fetch(`${broker.url}/api/credentials`, { headers: { origin: PAGE } });
    expect(refused.status).to.equal(401);
    expect(refused.headers.get('access-control-allow-origin')).to.equal(PAGE);
    for (const answer of [refused, await preflight(PAGE)])
      expect(answer.headers.has('access-control-allow-credentials')).to.equal(false);
  });

  it('are told nothing from any other origin, nor about what is no call of the API', async () => {
    for (const origin of [
      'https://glassdome.lab.evil.example',
      'http://glassdome.lab',
      'https://GLASSDOME.lab',
      'null',
      '',
    ]) {
      expect(told(await preflight(origin)), origin).to.deep.equal([]);
      const answer = await broker.call(broker.admin.token, 'GET', '/api/credentials', undefined, { origin });
      expect(
        [...answer.headers.keys()].filter((name) => ALLOWED.test(name)),
        origin,
      ).to.deep.equal([]);
      expect(answer.headers.get('vary'), origin).to.match(/Origin/);
    }
    expect(told(await preflight(PAGE, '/metrics'))).to.deep.equal([]);
  });
});
