import { expect } from 'chai';
import { type Lifecycle, readiness } from '../../src/http/readiness.js';
import type { RecordsStatus } from '../../src/ports/recordsStatus.js';

type RecordsHealth = Awaited<ReturnType<RecordsStatus['health']>>;

/** Parts whose state the test sets, and how often Postgres was asked. */
function parts() {
  const state = {
    now: 0,
    postgres: 'ok' as RecordsHealth,
    tokenSeconds: 3_600,
    full: false,
    failedAt: null as Date | null,
    asked: 0,
    hangs: false,
  };
  const life: Lifecycle = { stopping: false, startedOnce: false };
  const ready = readiness(
    {
      clock: { now: () => new Date(state.now) },
      storeStatus: { health: async () => 'ok', tokenSecondsLeft: () => state.tokenSeconds },
      recordsStatus: {
        health: () => {
          state.asked += 1;
          return state.hangs ? new Promise(() => undefined) : Promise.resolve(state.postgres);
        },
      },
      readAudit: {
        record: async () => undefined,
        countRefusal: () => undefined,
        depth: () => 0,
        isFull: () => state.full,
        failedAt: () => state.failedAt,
        flush: async () => undefined,
      },
    },
    life,
  );
  const later = async () => {
    state.now += 1_000;
    return ready();
  };
  return { state, life, ready, later };
}

describe('a process is ready', () => {
  it('while all serve, the token lives for another minute and audit rows are taken', async () => {
    const { state, later } = parts();
    expect(await later()).to.equal(true);
    state.tokenSeconds = 60;
    expect(await later()).to.equal(false);
    state.tokenSeconds = 61;
    expect(await later()).to.equal(true);
    state.full = true;
    expect(await later()).to.equal(false);
    state.full = false;
    state.failedAt = new Date(state.now);
    expect([await later(), await later(), await later()]).to.deep.equal([false, false, false]);
    expect(await later(), 'a call shows whether rows are written again').to.equal(true);
    state.failedAt = null;
    state.postgres = 'read_only';
    expect(await later()).to.equal(false);
  });

  it('by one look for all who ask, known for a second', async () => {
    const { state, ready, later } = parts();
    expect(await Promise.all([ready(), ready(), ready()])).to.deep.equal([true, true, true]);
    state.postgres = 'unreachable';
    state.now = 999;
    expect(await ready()).to.equal(true);
    expect(state.asked).to.equal(1);
    expect(await later()).to.equal(false);
    expect(state.asked).to.equal(2);
  });

  it('not with a Postgres that says nothing for a second, which is not asked again beside that', async () => {
    const { state, later } = parts();
    state.hangs = true;
    const beganMs = performance.now();
    expect([await later(), await later()]).to.deep.equal([false, false]);
    expect(performance.now() - beganMs).to.be.below(3_000);
    expect(state.asked).to.equal(1);
  });

  it('no more from the moment on that it is stopped, also for who asked before', async () => {
    const { life, ready } = parts();
    const before = ready();
    life.stopping = true;
    expect([await before, await ready()]).to.deep.equal([false, false]);
  });
});
