import { createServer } from 'node:net';
import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';
import { readPorts, requireFreePorts } from '../../../local/process/ports.js';

const own = { foreignVault: false };
const theirs = { foreignVault: true, postgres: { appUrl: '', ownerUrl: '' } };

describe('the ports of the launcher', () => {
  it('have defaults that differ', () => {
    expect(readPorts({}, own)).to.deep.equal({ broker: 8400, vault: 8401, postgres: 8403 });
  });

  const equal: [NodeJS.ProcessEnv, string][] = [
    [{ BROKER_PORT: '8850', LOCAL_VAULT_PORT: '8850' }, 'BROKER_PORT and LOCAL_VAULT_PORT are both 8850'],
    [
      { BROKER_PORT: '8850', LOCAL_POSTGRES_PORT: '8850' },
      'BROKER_PORT and LOCAL_POSTGRES_PORT are both 8850',
    ],
    [{ LOCAL_POSTGRES_PORT: '8401' }, 'LOCAL_VAULT_PORT and LOCAL_POSTGRES_PORT are both 8401'],
    [
      { BROKER_PORT: '8402' },
      "BROKER_PORT and Vault's cluster port, which is the one after LOCAL_VAULT_PORT, are both 8402",
    ],
    [{ LOCAL_POSTGRES_PORT: '8402' }, 'are both 8402'],
    [{ LOCAL_VAULT_PORT: '8402' }, 'are both 8403'],
  ];
  for (const [env, text] of equal)
    it(`that are equal are named: ${JSON.stringify(env)}`, () => {
      expect(() => readPorts(env, own)).to.throw(text);
    });

  it('are compared only where the launcher brings the server', () => {
    const env = { BROKER_PORT: '8401', LOCAL_POSTGRES_PORT: '8401' };
    expect(readPorts(env, theirs).broker).to.equal(8401);
  });

  for (const word of ['', '0', '65536', '84x', '-1', '8400.5', '0x20d0'])
    it(`"${word}" is none, and all faults are named at once`, () => {
      expect(() => readPorts({ BROKER_PORT: word, LOCAL_POSTGRES_PORT: word }, own)).to.throw(
        'BROKER_PORT must be a whole number from 1 to 65535\nLOCAL_POSTGRES_PORT must be a whole number from 1 to 65535',
      );
    });

  it("leave room for Vault's cluster port", () => {
    expect(() => readPorts({ LOCAL_VAULT_PORT: '65535' }, own)).to.throw(
      'LOCAL_VAULT_PORT must be at most 65534',
    );
  });

  it("are taken before anything starts, Vault's cluster port too", async () => {
    const taken = (await freePort()) + 1;
    const other = createServer().listen(taken, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const ports = { broker: 0, postgres: 0, vault: taken - 1 };
    const refused = await requireFreePorts(ports, own, {}).catch((error: Error) => error.message);
    other.close();
    expect(refused).to.equal(`Port ${taken} is taken. Choose another with LOCAL_VAULT_PORT=<port> npm start`);
  });
});
