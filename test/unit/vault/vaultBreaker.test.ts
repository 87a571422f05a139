import { expect } from 'chai';
import { Breaker } from '../../../src/adapters/vault/connection/breaker.js';
import { RetryBudget } from '../../../src/adapters/vault/connection/retryBudget.js';
import { FakeTimers } from '../../support/fakeTimers.js';

describe('breaker of Vault', () => {
  const make = (probe: () => Promise<boolean>) => {
    const timers = new FakeTimers();
    const states: string[] = [];
    const breaker = new Breaker({ timers, probe, onChange: (state) => states.push(state) });
    return { timers, breaker, states };
  };

  it('opens after five failures in a row, not after five failures', () => {
    const { breaker } = make(async () => true);
    for (let i = 0; i < 4; i += 1) breaker.failed();
    breaker.alive();
    for (let i = 0; i < 4; i += 1) breaker.failed();
    expect(breaker.isOpen).to.equal(false);
    breaker.failed();
    expect(breaker.isOpen).to.equal(true);
  });

  it('opens when half of the last twenty answers are failures, however they come', async () => {
    const { timers, breaker } = make(async () => true);
    const alternating = (pairs: number) => {
      for (let i = 0; i < pairs; i += 1) {
        breaker.alive();
        breaker.failed();
      }
    };
    for (let i = 0; i < 100; i += 1) breaker.alive();
    alternating(9);
    expect(breaker.isOpen).to.equal(false);
    alternating(1);
    expect(breaker.isOpen).to.equal(true);
    await timers.advance(2_000);
    expect(breaker.isOpen).to.equal(false);
    alternating(9);
    expect(breaker.isOpen).to.equal(false);
  });

  it('stays closed while less than half of the last twenty are failures', () => {
    const { breaker } = make(async () => true);
    for (let i = 0; i < 100; i += 1) {
      breaker.failed();
      breaker.failed();
      for (let j = 0; j < 3; j += 1) breaker.alive();
    }
    expect(breaker.isOpen).to.equal(false);
  });

  it('probes each one to two seconds until Vault serves, and closes then', async () => {
    let serves = false;
    let probes = 0;
    const { timers, breaker, states } = make(async () => {
      probes += 1;
      return serves;
    });
    breaker.open();
    breaker.open();
    await timers.advance(1_499);
    expect(probes).to.equal(0);
    await timers.advance(1);
    expect([probes, breaker.isOpen]).to.deep.equal([1, true]);
    timers.chance = 0.999;
    serves = true;
    await timers.advance(2_000);
    expect([probes, breaker.isOpen, states]).to.deep.equal([2, false, ['open', 'closed']]);
    await timers.advance(60_000);
    expect(probes).to.equal(2);
  });

  it('takes a probe that throws for a no', async () => {
    const { timers, breaker } = make(() => Promise.reject(new Error('down')));
    breaker.open();
    await timers.advance(10_000);
    expect(breaker.isOpen).to.equal(true);
    expect(timers.pending).to.have.length(1);
  });

  it('stays open when an answer comes in that was under way', () => {
    const { breaker } = make(async () => true);
    breaker.open();
    breaker.alive();
    expect(breaker.isOpen).to.equal(true);
  });

  it('asks nothing more once it is stopped, also when a probe is under way', async () => {
    let answer: (serves: boolean) => void = () => undefined;
    const { timers, breaker } = make(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    breaker.open();
    await timers.advance(1_500);
    breaker.stop();
    answer(false);
    await timers.advance(10_000);
    expect(timers.pending).to.deep.equal([]);
  });
});

describe('retry budget', () => {
  it('lets ten retries through at once, and then one for ten calls', () => {
    const budget = new RetryBudget();
    const taken = (tries: number) =>
      Array.from({ length: tries }, () => budget.take()).filter(Boolean).length;
    expect(taken(30)).to.equal(10);
    for (let i = 0; i < 100; i += 1) budget.call();
    expect(taken(30)).to.equal(10);
    for (let i = 0; i < 9; i += 1) budget.call();
    expect(taken(1)).to.equal(0);
    budget.call();
    expect(taken(2)).to.equal(1);
  });
});
