import { expect } from 'chai';
import type { VaultAnswer } from '../../../src/adapters/vault/connection/client.js';
import { Session } from '../../../src/adapters/vault/connection/session.js';
import { VaultAccess } from '../../../src/adapters/vault/connection/vaultApi.js';
import { Secret } from '../../../src/domain/secret.js';
import { FakeTimers } from '../../support/fakeTimers.js';
import {
  type Asked,
  login,
  ok,
  ScriptedVault,
  silence,
  status,
} from '../../support/services/scriptedVault.js';
import { rejection, rememberingLog } from '../../support/services/vaultSetup.js';

/** A broker logged in as t1, whose other requests are answered by `answer`. */
async function setUp(answer: (asked: Asked, nth: number) => VaultAnswer | Promise<VaultAnswer>) {
  const timers = new FakeTimers();
  const log = rememberingLog();
  const state = {
    logins: 0,
    healthy: true,
    dead: new Set<string>(),
    loginAnswer: undefined as VaultAnswer | undefined,
  };
  let nth = 0;
  const vault = new ScriptedVault((asked) => {
    if (asked.path.startsWith('sys/health')) return state.healthy ? ok() : status(503);
    if (asked.path.endsWith('/login')) return state.loginAnswer ?? login(`t${++state.logins}`);
    if (asked.path.endsWith('lookup-self')) return state.dead.has(String(asked.token)) ? status(403) : ok();
    if (asked.path.startsWith('auth/token/')) return { status: 204, body: undefined };
    nth += 1;
    return state.dead.has(String(asked.token)) ? status(403, 'permission denied') : answer(asked, nth);
  });
  const method = { kind: 'approle', roleId: 'role', secretId: new Secret('id') } as const;
  const session = new Session({ client: vault, login: method, timers, log, role: 'api' });
  const access = new VaultAccess({ client: vault, reads: vault, session, timers, log, role: 'api' });
  await access.start();
  const during = async <T>(promise: Promise<T>, ms = 2_500): Promise<T> => {
    promise.catch(() => undefined);
    await timers.advance(ms);
    return promise;
  };
  return { timers, log, vault, session, access, state, during, asked: () => nth };
}

describe('requests to Vault', () => {
  it('repeats a read after a fault, twice at most, and writes never', async () => {
    const reading = await setUp((_asked, nth) => (nth < 3 ? status(500) : ok()));
    expect((await reading.during(reading.access.ask('GET', 'kv/data/a'))).verdict).to.equal('ok');
    expect(reading.asked()).to.equal(3);
    const failing = await setUp(() => status(500));
    expect(await rejection(failing.during(failing.access.ask('GET', 'kv/data/a')))).to.include({
      code: 'store_unavailable',
    });
    expect(failing.asked()).to.equal(3);
    const writing = await setUp(() => status(500));
    expect(await writing.during(writing.access.change('POST', 'kv/data/a', {}))).to.deep.equal({
      verdict: 'unknown',
      reason: 'fault 500',
    });
    expect(writing.asked()).to.equal(1);
  });

  it('tells a write that may have been done from one that surely was not', async () => {
    const lost = await setUp(() => silence('timeout'));
    expect(await lost.during(lost.access.change('POST', 'kv/data/a', {}))).to.deep.equal({
      verdict: 'unknown',
      reason: 'timeout',
    });
    for (const reply of [
      () => silence('connect', false),
      () => status(503),
      () => status(429),
      () => silence('timeout', false),
    ]) {
      const never = await setUp(reply);
      expect(await rejection(never.during(never.access.change('POST', 'kv/data/a', {})))).to.include({
        code: 'store_unavailable',
      });
    }
  });

  it('gives every try only what is left of the deadline', async () => {
    const { timers, vault, access, during } = await setUp(async () => {
      await new Promise<void>((resolve) => void timers.after(700, resolve));
      return silence('reset');
    });
    await rejection(during(access.ask('GET', 'kv/data/a')));
    const given = vault.asked
      .filter((asked) => asked.path === 'kv/data/a')
      .map((asked) => asked.timeoutMs ?? 0);
    expect(given[0]).to.equal(2_000);
    expect(given[1]).to.be.within(1_200, 1_300);
    expect(given.every((ms, index) => index === 0 || ms < (given[index - 1] ?? 0))).to.equal(true);
  });

  it('repeats up to three times where a node has not heard of the last write', async () => {
    const { access, during, asked } = await setUp((_asked, nth) => (nth < 4 ? status(412) : ok()));
    expect((await during(access.ask('GET', 'kv/data/a'))).verdict).to.equal('ok');
    expect(asked()).to.equal(4);
  });

  it('waits as long as a busy Vault asks for, and passes that on when it is too long', async () => {
    const soon = await setUp((_asked, nth) => (nth === 1 ? { ...status(429), retryAfterSeconds: 1 } : ok()));
    expect((await soon.during(soon.access.ask('GET', 'kv/data/a'))).verdict).to.equal('ok');
    const late = await setUp(() => ({ ...status(429), retryAfterSeconds: 9 }));
    expect(await rejection(late.during(late.access.ask('GET', 'kv/data/a')))).to.include({
      code: 'store_unavailable',
      retryAfterSeconds: 9,
    });
  });

  it('answers at once while Vault is sealed, and serves again when a probe says so, without a restart', async () => {
    const { timers, vault, access, state, asked } = await setUp(() =>
      state.healthy ? ok() : status(503, 'Vault is sealed'),
    );
    state.healthy = false;
    const first = await rejection(access.ask('GET', 'kv/data/a'));
    expect(first).to.include({ code: 'store_unavailable', retryAfterSeconds: 2 });
    for (let i = 0; i < 50; i += 1) await rejection(access.ask('GET', 'kv/data/a'));
    expect(asked()).to.equal(1);
    await timers.advance(6_000);
    expect([vault.count('sys/health'), access.isOpen]).to.deep.equal([4, true]);
    state.healthy = true;
    await timers.advance(2_000);
    expect((await access.ask('GET', 'kv/data/a')).verdict).to.equal('ok');
  });

  it('opens after five time-outs, and stays open while Vault is healthy but does not answer what needs a token', async () => {
    const { timers, vault, access, during } = await setUp(() => silence('timeout'));
    for (let i = 0; i < 5; i += 1) await during(access.change('POST', 'kv/data/a', {}), 0);
    expect(access.isOpen).to.equal(true);
    const inner = vault.answer;
    vault.answer = (asked) => (asked.path.endsWith('lookup-self') ? silence('timeout') : inner(asked));
    await timers.advance(10_000);
    expect(access.isOpen).to.equal(true);
    vault.answer = inner;
    await timers.advance(2_000);
    expect(access.isOpen).to.equal(false);
  });

  it('logs in once for many reads whose token was revoked, and all of them succeed', async () => {
    const { vault, access, state } = await setUp(() => ok());
    state.dead.add('t1');
    const told = await Promise.all(Array.from({ length: 32 }, () => access.ask('GET', 'kv/data/a')));
    expect(told.every(({ verdict }) => verdict === 'ok')).to.equal(true);
    expect([vault.count('/login'), vault.count('lookup-self')]).to.deep.equal([2, 1]);
  });

  it('takes a write up again after a login, since a refused one was not done', async () => {
    const { access, state } = await setUp(() => ok());
    state.dead.add('t1');
    expect((await access.change('POST', 'kv/data/a', {})).verdict).to.equal('ok');
  });

  it('makes a policy that is too narrow our fault: unavailable and an alarm, no other path concerned', async () => {
    const { vault, access, log } = await setUp(({ path }) =>
      path.includes('narrow') ? status(403, 'permission denied') : ok(),
    );
    for (let i = 0; i < 10; i += 1) {
      expect(await rejection(access.ask('GET', 'kv/data/narrow?version=1'))).to.include({
        code: 'store_unavailable',
      });
    }
    expect((await access.ask('GET', 'kv/data/wide')).verdict).to.equal('ok');
    expect(vault.count('/login')).to.equal(1);
    expect(log.lines.filter((line) => line.level === 'error')[0]).to.deep.equal({
      level: 'error',
      event: 'vault_policy_fault',
      fields: { role: 'api', reason: 'denied 403', path: 'kv/data/narrow' },
    });
  });

  it('asks nothing while it can not log in, and comes back by itself when it can', async () => {
    const { timers, access, state, asked } = await setUp(() => ok());
    state.dead.add('t1');
    state.loginAnswer = status(400, 'invalid role or secret ID');
    expect(await rejection(access.ask('GET', 'kv/data/a'))).to.include({ code: 'store_unavailable' });
    expect(await rejection(access.ask('GET', 'kv/data/a'))).to.include({ code: 'store_unavailable' });
    expect(asked()).to.equal(1);
    state.loginAnswer = undefined;
    await timers.advance(5_000);
    expect((await access.ask('GET', 'kv/data/a')).verdict).to.equal('ok');
  });

  it('starts without Vault, and serves when it comes', async () => {
    const timers = new FakeTimers();
    const vault = new ScriptedVault(() => silence('connect'));
    const log = rememberingLog();
    const method = { kind: 'approle', roleId: 'role', secretId: new Secret('id') } as const;
    const session = new Session({ client: vault, login: method, timers, log, role: 'api' });
    const access = new VaultAccess({ client: vault, reads: vault, session, timers, log, role: 'api' });
    await access.start();
    expect(access.isOpen).to.equal(true);
    vault.answer = ({ path }) => (path.endsWith('/login') ? login('t1') : ok());
    await timers.advance(4_500);
    expect((await access.ask('GET', 'kv/data/a')).verdict).to.equal('ok');
  });

  it('calls an answer that can not be used bad, not unavailable', async () => {
    for (const reason of ['garbage', 'too_large'] as const) {
      const { access, during } = await setUp(() => silence(reason));
      expect(await rejection(during(access.ask('GET', 'kv/data/a')))).to.include({
        code: 'bad_store_answer',
      });
    }
  });

  it('does not log in anew when somebody else’s token is refused', async () => {
    const { vault, access, log } = await setUp(() => status(403, 'permission denied'));
    expect((await access.askAs('hvs.theirs', 'GET', 'glassdome/data/a')).verdict).to.equal('denied');
    expect(vault.count('/login')).to.equal(1);
    expect(vault.asked.at(-1)).to.include({ token: 'hvs.theirs' });
    expect(log.lines.filter((line) => line.level === 'error')).to.deep.equal([]);
  });

  it('keeps retries below a tenth of the calls', async () => {
    const { access, during, asked } = await setUp((_asked, nth) => (nth % 2 === 1 ? status(500) : ok()));
    let failed = 0;
    for (let i = 0; i < 200; i += 1) await during(access.ask('GET', 'kv/data/a')).catch(() => (failed += 1));
    expect(failed).to.be.above(0);
    expect(asked() - 200).to.be.at.most(30);
  });
});
