import { expect } from 'chai';
import { BAD_TOKEN } from '../../../src/domain/access/caller.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';

describe('a token that counts for nothing', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  before(async () => {
    broker = await startBrokerSystem();
  });
  after(() => broker.stop());

  const refusal = async (token: string) => {
    const { status, body } = await broker.call(token, 'GET', '/api/credentials');
    return [status, body.detail];
  };

  it('gets one text, whatever is wrong with it', async () => {
    const { token } = broker.admin;
    for (const bad of ['xx', 'a.b.c', `${token}x`, 'x'.repeat(9_000), `${token.slice(0, -6)}AAAAAA`, 'a b'])
      expect(await refusal(bad), bad.slice(0, 20)).to.deep.equal([401, BAD_TOKEN]);
  });

  it('gets the same text once it is revoked', async () => {
    const anna = await broker.person('anna', 'engineer');
    await broker.call(broker.admin.token, 'PATCH', '/api/users/anna', { disabled: true });
    expect(await refusal(anna.token)).to.deep.equal([401, BAD_TOKEN]);
  });
});
