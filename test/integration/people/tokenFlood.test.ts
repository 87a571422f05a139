import { expect } from 'chai';
import {
  type BrokerSystem,
  passwordOf,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';

type Account = Awaited<ReturnType<BrokerSystem['account']>>;

describe('Very many who log in from one address', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let celery: Account;
  let anna: SignedIn;

  before(async () => {
    broker = await startBrokerSystem();
    anna = await broker.person('anna', 'engineer');
    celery = await broker.account(anna.token, 'celery');
  });
  after(() => broker.stop());

  const token = (client_secret: string, client_id = celery.id) =>
    broker.call(null, 'POST', '/api/auth/token', {
      grant_type: 'client_credentials',
      client_id,
      client_secret,
    });
  const many = (times: number, work: () => ReturnType<typeof token>) =>
    Promise.all(Array.from({ length: times }, async () => (await work()).status));
  const only = (...statuses: number[]) => new Set(statuses);

  it('get their tokens when a fleet restarts, and while somebody there sends wrong secrets', async () => {
    const right = () => token(celery.secret);
    expect(new Set(await many(200, right))).to.deep.equal(only(200));
    const wrong = () => token(`gdsa_${'x'.repeat(43)}`);
    const [bad, good, renewed] = await Promise.all([
      many(200, wrong),
      many(200, right),
      many(20, () =>
        broker.call(null, 'POST', '/api/auth/token', {
          grant_type: 'refresh_token',
          refresh_token: anna.refreshToken,
        }),
      ),
    ]);
    expect(new Set(good)).to.deep.equal(only(200));
    expect(new Set(renewed)).to.deep.equal(only(200));
    expect(bad.filter((status) => status === 401).length).to.be.at.most(5);
    // A slow machine may have no time for some of them; it has for every right one.
    expect(new Set(bad.filter((status) => status !== 401 && status !== 503))).to.deep.equal(only(429));
    const { headers, body } = await wrong();
    expect([Number(headers.get('retry-after')) > 0, body.code]).to.deep.equal([true, 'rate_limited']);
  });

  it('have at most fifty service accounts each, admins any number', async () => {
    const create = (who: SignedIn, name: string) =>
      broker.call(who.token, 'POST', '/api/service-accounts', { name });
    const ben = await broker.person('ben', 'engineer');
    for (let n = 0; n < 50; n += 1) expect((await create(ben, `ben-${n}`)).status).to.equal(201);
    const more = await create(ben, 'ben-more');
    expect([more.status, more.body.code]).to.deep.equal([409, 'conflict']);
    expect((await create(anna, 'anna-one')).status).to.equal(201);
    const { items } = (await broker.call(ben.token, 'GET', '/api/service-accounts')).body;
    await broker.call(ben.token, 'DELETE', `/api/service-accounts/${items[0].id}`);
    expect((await create(ben, 'ben-more')).status).to.equal(201);
  });

  it('log in with the right password however often, though others guess at other names', async () => {
    const login = (username: string, password: string) =>
      broker.call(null, 'POST', '/api/auth/login', { username, password });
    const guesses = many(30, () => login('nobody', 'wrong'));
    const right = await many(12, () => login('anna', passwordOf('anna')));
    expect(new Set(right)).to.deep.equal(only(200));
    const bad = await guesses;
    expect(bad.filter((status) => status === 401)).to.have.length(5);
    expect(bad.filter((status) => status === 429)).to.have.length(25);
  });
});
