import { expect } from 'chai';
import { databaseClock } from '../../../src/adapters/postgres/core/databaseClock.js';
import type { Query } from '../../../src/adapters/postgres/core/pools.js';
import { rememberingLog } from '../../support/services/vaultSetup.js';

const DATABASE = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

/** A machine whose clock is `aheadMs` ahead, and a Postgres that answers or does not. */
function world(aheadMs: number) {
  const state = { passed: 0, aheadMs, away: false };
  const machine = {
    now: () => new Date(DATABASE + state.passed + state.aheadMs),
    monotonicMs: () => 500 + state.passed,
  };
  const query: Query = async <R>() => {
    if (state.away) throw new Error('away');
    return [{ ms: String(DATABASE + state.passed) }] as R[];
  };
  return { state, machine, query };
}

describe('The clock that all processes share', () => {
  for (const aheadMs of [3_600_000, -3_600_000, 40 * DAY, -400 * DAY, 6_000]) {
    it(`is that of Postgres on a machine ${aheadMs / 1000} s ahead, and says so`, async () => {
      const { state, machine, query } = world(aheadMs);
      const log = rememberingLog();
      const clock = databaseClock(query, machine, log);
      await clock.known();
      state.passed = 7_000;
      expect(clock.now().getTime()).to.equal(DATABASE + 7_000);
      expect(clock.aheadSeconds()).to.equal(aheadMs / 1000);
      expect(log.lines.map(({ level, event }) => [level, event])).to.deep.equal([['error', 'clock_differs']]);
      clock.stop();
    });
  }

  it('does not follow a machine whose clock is moved meanwhile', async () => {
    const { state, machine, query } = world(0);
    const clock = databaseClock(query, machine, rememberingLog());
    await clock.known();
    state.aheadMs = 40 * DAY;
    state.passed = 1_000;
    expect(clock.now().getTime()).to.equal(DATABASE + 1_000);
    clock.stop();
  });

  it('is that of the machine until Postgres has answered', async () => {
    const { state, machine, query } = world(1_000);
    state.away = true;
    const clock = databaseClock(query, machine, rememberingLog());
    await clock.known();
    expect(clock.now()).to.deep.equal(machine.now());
    expect(clock.aheadSeconds()).to.equal(null);
    clock.stop();
  });
});
