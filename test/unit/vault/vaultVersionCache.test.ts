import { inspect } from 'node:util';
import { expect } from 'chai';
import { VersionCache } from '../../../src/adapters/vault/kv/versionCache.js';
import { FakeTimers } from '../../support/fakeTimers.js';

const stored = (secret: string) => ({
  version: 3,
  createdTime: '2027-01-01T00:00:00Z',
  data: { key: secret },
});

describe('the cache of versions', () => {
  it('gives back what was put until its time is over, and then keeps nothing', async () => {
    const timers = new FakeTimers();
    const cache = new VersionCache(2_000, timers);
    cache.put('a?3', stored('first'));
    await timers.advance(1_500);
    cache.put('b?1', stored('second'));
    expect(cache.get('a?3')).to.deep.equal(stored('first'));
    await timers.advance(500);
    expect(cache.get('a?3')).to.equal(undefined);
    expect(cache.get('b?1')).to.deep.equal(stored('second'));
    await timers.advance(2_000);
    expect(cache.size).to.equal(0);
    expect(timers.pending).to.deep.equal([]);
  });

  it('does not live longer by being read', async () => {
    const timers = new FakeTimers();
    const cache = new VersionCache(1_000, timers);
    cache.put('a?1', stored('first'));
    for (let ms = 0; ms < 1_000; ms += 100) {
      expect(cache.get('a?1'), `after ${ms} ms`).not.to.equal(undefined);
      await timers.advance(100);
    }
    expect(cache.get('a?1')).to.equal(undefined);
  });

  it('holds ten thousand at most, the newest', () => {
    const cache = new VersionCache(1_000, new FakeTimers());
    for (let n = 0; n <= 10_000; n += 1) cache.put(`a?${n}`, stored(`value ${n}`));
    expect(cache.size).to.equal(10_000);
    expect(cache.get('a?0')).to.equal(undefined);
    expect(cache.get('a?10000')).to.deep.equal(stored('value 10000'));
  });

  it('shows no value', () => {
    const cache = new VersionCache(1_000, new FakeTimers());
    cache.put('a?1', stored('the canary'));
    expect(inspect(cache, { depth: 9, showHidden: true })).not.to.contain('canary');
    expect(JSON.stringify(cache)).not.to.contain('canary');
  });
});
