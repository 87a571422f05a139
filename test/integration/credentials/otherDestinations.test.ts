import { expect } from 'chai';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';

/** Names under which people keep where a secret goes. */
const ADDRESSES = [
  'host',
  'server',
  'hostname',
  'url',
  'base_url',
  'api_base',
  'api_url',
  'endpoint',
  'endpoint_url',
  'address',
  'addr',
  'redis_host',
  'ldap_url',
  'smtp_host',
  'proxy',
  'port',
  'domain',
  'broker',
  'login_page',
];

describe('where the secret of a free-form credential goes', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let anna: SignedIn;
  let id: string;

  before(async () => {
    broker = await startBrokerSystem();
    anna = await broker.person('anna', 'engineer');
    const settings = Object.fromEntries(ADDRESSES.map((name) => [name, 'old.lab.example']));
    const { status, body } = await broker.call(anna.token, 'POST', '/api/credentials', {
      name: 'app',
      service_type: 'other',
      fields: { ...settings, token: 'made-up' },
      secret_fields: ['token'],
    });
    expect(status, JSON.stringify(body)).to.equal(201);
    id = body.id;
  });
  after(() => broker.stop());

  const change = (who: SignedIn, fields: object) =>
    broker.call(who.token, 'PATCH', `/api/credentials/${id}`, { fields });

  for (const name of ADDRESSES)
    it(`is not changed through ${name} by an admin who may not read it`, async () => {
      const { status, body } = await change(broker.admin, { [name]: 'evil.example' });
      expect(status, JSON.stringify(body)).to.be.oneOf([400, 403, 409, 422]);
      const { body: now } = await broker.call(anna.token, 'GET', `/api/credentials/${id}`);
      expect(now.settings[name]).to.equal('old.lab.example');
      expect(now.active_version).to.equal(1);
    });

  it('is changed by its owner', async () => {
    expect((await change(anna, { server: 'new.lab.example' })).status).to.equal(200);
  });

  it('is not changed by new, removed or several settings either', async () => {
    const kept = { secret_fields: ['token'] };
    const bodies = [
      { fields: { fallback_host: 'evil.example' }, ...kept },
      { fields: { proxy: null } },
      { fields: { host: 'evil.example', port: '1' } },
      { fields: { fallback_host: 'evil.example' } },
      { fields: { server: 'evil.example' }, secret_fields: ['token', 'server'] },
    ];
    for (const body of bodies) {
      const { status } = await broker.call(broker.admin.token, 'PATCH', `/api/credentials/${id}`, body);
      expect(status, JSON.stringify(body)).to.be.oneOf([400, 403, 409, 422]);
    }
  });
});
