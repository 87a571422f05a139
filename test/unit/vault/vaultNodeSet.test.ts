import { expect } from 'chai';
import type { VaultAnswer } from '../../../src/adapters/vault/connection/client.js';
import type { TransportRequest } from '../../../src/adapters/vault/connection/exchange.js';
import { createNodeSet } from '../../../src/adapters/vault/connection/nodeSet.js';
import type { Transport } from '../../../src/adapters/vault/connection/transport.js';
import { ok, silence, status } from '../../support/services/scriptedVault.js';
import { rejection } from '../../support/services/vaultSetup.js';

interface Node extends Transport {
  seen: TransportRequest[];
  answer: () => VaultAnswer;
  closed: boolean;
}
function node(name: string, answer: () => VaultAnswer): Node {
  const made: Node = {
    address: `https://${name}:8200`,
    seen: [],
    answer,
    closed: false,
    send: async (request) => {
      made.seen.push(request);
      return made.answer();
    },
    close: async () => {
      made.closed = true;
    },
  };
  return made;
}
const get = { method: 'GET', path: 'kv/data/a' } as const;

describe('several nodes of one Vault', () => {
  it('goes on to the next where nothing was done, and stays with the one that works', async () => {
    const unfit = [
      () => silence('connect'),
      () => silence('redirect'),
      () => status(503, 'Vault is sealed'),
      () => status(473),
    ];
    for (const answer of unfit) {
      const [first, second, third] = [node('a', answer), node('b', answer), node('c', () => ok())];
      const set = createNodeSet([first, second, third]);
      expect((await set.send(get)).status).to.equal(200);
      await set.send(get);
      expect([first.seen.length, second.seen.length, third.seen.length]).to.deep.equal([1, 1, 2]);
    }
  });

  it('does not repeat by itself what may have been done, but asks another node next time', async () => {
    const [first, second] = [node('a', () => silence('timeout', true)), node('b', () => ok())];
    const set = createNodeSet([first, second]);
    expect(await rejection(set.send({ method: 'POST', path: 'kv/data/a', body: {} }))).to.include({
      reason: 'timeout',
    });
    expect(second.seen).to.deep.equal([]);
    expect((await set.send(get)).status).to.equal(200);
  });

  it('gives the last answer when no node serves', async () => {
    const sealedLast = createNodeSet([node('a', () => silence('connect')), node('b', () => status(503))]);
    expect((await sealedLast.send(get)).status).to.equal(503);
    const deadLast = createNodeSet([node('a', () => status(503)), node('b', () => silence('connect'))]);
    expect(await rejection(deadLast.send(get))).to.include({ reason: 'connect' });
  });

  it('leaves a node that refuses us where it is: that is not its fault', async () => {
    const [first, second] = [node('a', () => status(403)), node('b', () => ok())];
    const set = createNodeSet([first, second]);
    expect((await set.send(get)).status).to.equal(403);
    expect((await set.send(get)).status).to.equal(403);
    expect(second.seen).to.deep.equal([]);
  });

  it('is the node itself when there is one, and closes all', async () => {
    const [first, second] = [node('a', () => ok()), node('b', () => ok())];
    expect(createNodeSet([first])).to.equal(first);
    await createNodeSet([first, second]).close();
    expect([first.closed, second.closed]).to.deep.equal([true, true]);
    expect(() => createNodeSet([])).to.throw(TypeError);
  });
});
