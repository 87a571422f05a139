import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';
import { loadConfig } from '../../../src/config/config.js';
import type { OutboundFailure } from '../../../src/domain/testing/outbound.js';
import { guardedOutbound } from '../../../src/wayOut.js';
import { systemClock } from '../../support/services/testOutbound.js';

const slots = { take: async () => async () => undefined };

describe('the way out of a process', () => {
  const outbound = () =>
    guardedOutbound(
      loadConfig({
        DATABASE_URL: 'postgres://broker_app@127.0.0.1:15432/broker',
        VAULT_ADDR: 'http://127.0.0.1:18401,http://localhost:18411',
        BROKER_PORT: '18400',
        WORKER_PORT: '18405',
        OUTBOUND_ALLOW_CIDRS: '127.0.0.0/8,::1/128',
      }),
      systemClock,
      slots as never,
    );
  const reasonAt = async (port: number, host = '127.0.0.1') => {
    const session = outbound().open(2_000, 500);
    const url = new URL(`http://${host}:${port}/`);
    const told = await session.send({ method: 'GET', url }).catch((error: OutboundFailure) => error.reason);
    await session.close();
    return told;
  };

  it('never leads to the broker, the worker, Postgres, Vault, or to where the nodes of Vault speak to each other', async () => {
    for (const port of [18_400, 18_405, 15_432, 18_401, 18_402, 18_411, 18_412])
      for (const host of ['127.0.0.1', '[::1]', '127.9.9.9'])
        expect(await reasonAt(port, host), `${host}:${port}`).to.equal('denied_by_policy');
    expect(await reasonAt(await freePort())).to.equal('refused');
  });
});
