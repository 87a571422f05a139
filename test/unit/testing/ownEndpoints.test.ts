import { expect } from 'chai';
import { ownEndpoints } from '../../../src/adapters/outbound/ownEndpoints.js';
import { OutboundFailure } from '../../../src/domain/testing/outbound.js';
import { loopbackOutbound } from '../../support/services/testOutbound.js';

const URLS = [
  'https://vault.lab:8200',
  'postgresql://broker@not-asked.lab/broker?host=db.lab&host=db2.lab&host=/run/postgresql',
  'postgresql://broker@%2Frun%2Fpostgresql/broker',
];

describe('where the broker’s own parts are', () => {
  let names: Record<string, string[]>;
  let now: number;
  const asked = () =>
    ownEndpoints(URLS, {
      clock: { now: () => new Date(now) },
      resolve: async (host) => names[host] ?? Promise.reject(new Error('no such name')),
    });
  const texts = (found: readonly { address: string; port: number }[]) =>
    found.map(({ address, port }) => `${address} ${port}`);

  beforeEach(() => {
    now = 0;
    names = { 'vault.lab': ['10.0.0.1'], 'db.lab': ['10.0.0.2'], 'db2.lab': ['10.0.0.3'] };
  });

  it('is every host of every URL, with its port', async () => {
    expect(texts(await asked()())).to.deep.equal(['10.0.0.1 8200', '10.0.0.2 5432', '10.0.0.3 5432']);
  });

  it('is unknown, not empty, until each name was answered once', async () => {
    delete names['db.lab'];
    const own = asked();
    const refused = await own().catch((error: OutboundFailure) => error.reason);
    expect(refused).to.equal('own_names_unknown');
    names['db.lab'] = ['10.0.0.2'];
    expect(texts(await own())).to.include('10.0.0.2 5432');
  });

  it('follows a name that moves within a minute, and forgets no address', async () => {
    const own = asked();
    await own();
    names['vault.lab'] = ['10.0.0.9'];
    now = 59_999;
    expect(texts(await own())).not.to.include('10.0.0.9 8200');
    now = 60_000;
    expect(texts(await own())).to.include.members(['10.0.0.1 8200', '10.0.0.9 8200']);
    names = {};
    now = 120_000;
    expect(texts(await own()), 'name servers are down').to.include('10.0.0.9 8200');
  });

  it('lets no connection out while it is unknown', async () => {
    const session = loopbackOutbound({
      forbidden: () => Promise.reject(new OutboundFailure('own_names_unknown')),
    }).open(300, 300);
    const url = new URL('http://127.0.0.1:9/');
    const refused = await session
      .send({ method: 'GET', url })
      .catch((error: OutboundFailure) => error.reason);
    await session.close();
    expect(refused).to.equal('own_names_unknown');
  });
});
