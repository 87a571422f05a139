import { expect } from 'chai';
import { notReady } from '../../../src/cli/doctor/notReady.js';
import { type Lifecycle, readiness } from '../../../src/http/server/readiness.js';
import type { RecordsHealth } from '../../../src/ports/operations.js';
import type { StoreHealth } from '../../../src/ports/vault.js';
import { patiently } from '../../support/patience.js';

/** Parts whose state the test sets, and how often Postgres was asked. */
function parts() {
  const state = {
    now: 0,
    vault: 'ok' as StoreHealth,
    postgres: 'ok' as RecordsHealth,
    tokenSeconds: 3_600,
    full: false,
    failedAt: null as Date | null,
    asked: 0,
    hangs: false,
  };
  const life: Lifecycle = { stopping: false, startedOnce: false };
  const looked = readiness(
    {
      clock: { now: () => new Date(state.now) },
      storeStatus: { health: async () => state.vault, tokenSecondsLeft: () => state.tokenSeconds },
      recordsStatus: {
        health: () => {
          state.asked += 1;
          return state.hangs ? new Promise(() => undefined) : Promise.resolve(state.postgres);
        },
      },
      auditLog: {
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
  const ready = async () => (await looked()).ok;
  const causes = async () => {
    state.now += 10_000;
    return (await looked()).parts;
  };
  const later = async () => {
    state.now += 1_000;
    return ready();
  };
  return { state, life, ready, later, causes };
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
    expect(performance.now() - beganMs).to.be.below(patiently(3_000));
    expect(state.asked).to.equal(1);
  });

  it('no more from the moment on that it is stopped, also for who asked before', async () => {
    const { life, ready } = parts();
    const before = ready();
    life.stopping = true;
    expect([await before, await ready()]).to.deep.equal([false, false]);
  });

  it('or names the parts that are not, each by one word', async () => {
    const { state, causes } = parts();
    expect(await causes()).to.deep.equal({ vault: 'ok', postgres: 'ok', audit: 'ok' });
    for (const vault of ['sealed', 'unreachable', 'frozen', 'standby'] as const) {
      state.vault = vault;
      expect(await causes()).to.deep.equal({ vault, postgres: 'ok', audit: 'ok' });
    }
    Object.assign(state, { vault: 'ok', tokenSeconds: 5, postgres: 'read_only', full: true });
    expect(await causes()).to.deep.equal({ vault: 'login_ends', postgres: 'read_only', audit: 'full' });
    Object.assign(state, {
      tokenSeconds: 3_600,
      full: false,
      failedAt: new Date(state.now + 9_000),
      hangs: true,
    });
    expect(await causes()).to.deep.equal({ vault: 'ok', postgres: 'frozen', audit: 'refused' });
  });
});

describe('glassdome doctor says of a broker that is not ready', () => {
  for (const [answer, text, wayOut] of [
    [{ vault: 'sealed', postgres: 'ok', audit: 'ok' }, /but Vault is sealed$/, /operator unseal/],
    [{ vault: 'unreachable', postgres: 'ok', audit: 'ok' }, /but Vault cannot be reached$/, /VAULT_ADDR/],
    [{ vault: 'frozen', postgres: 'ok', audit: 'ok' }, /but Vault does not answer in time$/, /stopped/],
    [{ vault: 'ok', postgres: 'frozen', audit: 'refused' }, /but Postgres does not answer in time$/, /lock/],
    [{ vault: 'sealed', postgres: 'ok', audit: 'full' }, /sealed; too many audit rows/, /unseal .*Postgres/],
    [{ vault: 'ok', postgres: 'newer', audit: 'ok' }, /but postgres is newer$/, /log/],
    [{ status: 'stopping', vault: 'ok', postgres: 'ok', audit: 'ok' }, /shutting down/, /start it again/],
    [{ status: 'unavailable' }, /Vault or Postgres is not available/, /log/],
    [undefined, /Vault or Postgres is not available/, /log/],
  ] as const)
    it(JSON.stringify(answer) ?? 'nothing', () => {
      const finding = notReady(answer);
      expect(finding.text).to.match(text);
      expect(finding.wayOut).to.match(wayOut);
    });
});
