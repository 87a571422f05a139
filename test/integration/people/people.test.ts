import { expect } from 'chai';
import type { Answer, BrokerSystem, SignedIn } from '../../support/broker/brokerSystem.js';
import { startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';

/** People and their tokens, where two things happen at once or somebody tries too often. */
describe('people', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  before(async () => {
    broker = await startBrokerSystem({ revealsPerMinute: 5 });
  });
  after(() => broker.stop());

  const as = (who: SignedIn, method: string, path: string, body?: unknown): Promise<Answer> =>
    broker.call(who.token, method, path, body);
  const disable = (who: SignedIn, name: string) => as(who, 'PATCH', `/api/users/${name}`, { disabled: true });

  it('keep one admin, also when the last two take each other away at once', async () => {
    const second = await broker.person('second', 'admin');
    const answers = await Promise.all([disable(broker.admin, 'second'), disable(second, 'admin')]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).to.equal(200);
    expect(statuses[1]).to.be.oneOf([401, 409]);
    const [left, name] = answers[0]?.status === 200 ? [broker.admin, 'second'] : [second, 'admin'];
    await as(left, 'PATCH', `/api/users/${name}`, { disabled: false });
    broker.admin = await broker.signIn('admin', 'long-enough-admin');
    expect((await as(broker.admin, 'GET', '/api/users')).body.items).to.have.length(2);
  });

  it('of one name are made once, and the password that was told opens the door', async () => {
    const asked = Array.from({ length: 6 }, () =>
      as(broker.admin, 'POST', '/api/users', { username: 'twin', role: 'engineer' }),
    );
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409, 409, 409, 409]);
    const password = answers.find(({ status }) => status === 201)?.body.one_time_password;
    const login = await broker.call(null, 'POST', '/api/auth/login', { username: 'twin', password });
    expect(login.status).to.equal(200);
  });

  it('choose passwords by the rules, whichever way they come', async () => {
    const dora = await broker.person('dora', 'engineer');
    const change = (password: string) =>
      as(dora, 'POST', '/api/auth/password', {
        current_password: 'long-enough-dora',
        new_password: password,
      });
    const longest = 'grüßäöüéèêñçøåæœđłžšćčřňťďąęįųūěőű';
    const guessed = ['password1234', 'aaaaaaaaaaaa', '123456789012', 'Password1234', 'doradoradora1'];
    for (const bad of ['short', 'long-enough-dora', 'ü'.repeat(37), 'x'.repeat(257), ...guessed]) {
      const { status, body } = await change(bad);
      expect([bad, status, body.fields[0].field]).to.deep.equal([bad, 400, 'new_password']);
    }
    expect((await change(longest)).status).to.equal(204);
  });

  it('read values so often in a minute and no more, by whichever call, and are told when again', async () => {
    const erik = await broker.person('erik', 'engineer');
    const fay = await broker.person('fay', 'engineer');
    const body = { name: 'e', service_type: 'other', fields: { value: 'v' } };
    const { id } = (await as(erik, 'POST', '/api/credentials', body)).body;
    const first = await as(erik, 'GET', '/api/environment');
    expect(first.headers.get('ratelimit-policy')).to.match(/^"reveals"; q=5; w=60/);
    expect(first.headers.get('ratelimit')).to.match(/^"reveals"; r=4; t=\d+$/);
    for (let n = 0; n < 2; n += 1) {
      expect((await as(erik, 'GET', `/api/credentials/${id}/secret`)).status).to.equal(200);
      expect((await as(erik, 'POST', '/api/credentials/resolve', { items: [{ id }] })).status).to.equal(200);
    }
    for (const [method, path, sent] of [
      ['GET', '/api/environment'],
      ['GET', `/api/credentials/${id}/secret`],
      ['POST', '/api/credentials/resolve', { items: [{ id }] }],
    ] as const) {
      const { status, headers, body: problem } = await as(erik, method, path, sent);
      expect([status, problem.code]).to.deep.equal([429, 'rate_limited']);
      expect(Number(headers.get('retry-after'))).to.be.within(1, 60);
    }
    expect((await as(erik, 'GET', `/api/credentials/${id}`)).status).to.equal(200);
    expect((await as(fay, 'GET', '/api/environment')).status).to.equal(200);
  });

  it('change a password ten times at once: one change is done, and the others are not reported as done', async () => {
    const hal = await broker.person('hal', 'engineer');
    const made = (await as(broker.admin, 'POST', '/api/users', { username: 'ian', role: 'engineer' })).body;
    const oneTime = await broker.signIn('ian', made.one_time_password);
    for (const [who, name, current] of [
      [hal, 'hal', 'long-enough-hal'],
      [oneTime, 'ian', made.one_time_password],
    ] as const) {
      const change = (n: number) =>
        as(who, 'POST', '/api/auth/password', {
          current_password: current,
          new_password: `much-longer-by-${'bcdfghjklm'[n]}-now`,
        });
      const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => change(n)));
      const statuses = answers.map(({ status }) => status);
      expect(
        statuses.filter((status) => status === 204),
        String(statuses),
      ).to.have.length(1);
      for (const { status, body } of answers.filter((answer) => answer.status !== 204)) {
        expect(status).to.be.oneOf([400, 409, 429]);
        if (status === 409) expect(body.detail).to.contain('Another request is changing this password');
      }
      const n = statuses.indexOf(204);
      const { status } = await broker.call(null, 'POST', '/api/auth/login', {
        username: name,
        password: `much-longer-by-${'bcdfghjklm'[n]}-now`,
      });
      expect(status, name).to.equal(200);
    }
  });

  it('of resets at once each that answers a password is the only one, or was replaced by a later one', async () => {
    await broker.person('jay', 'engineer');
    const reset = () => as(broker.admin, 'POST', '/api/users/jay/reset-password');
    const answers = await Promise.all([reset(), reset(), reset(), reset(), reset()]);
    const done = answers.filter(({ status }) => status === 200);
    expect(answers.every(({ status }) => status === 200 || status === 409)).to.equal(true);
    expect(done.length).to.be.within(1, 5);
    const works = [];
    for (const { body } of done) {
      const login = { username: 'jay', password: body.one_time_password };
      works.push((await broker.call(null, 'POST', '/api/auth/login', login)).status);
    }
    expect(works.filter((status) => status === 200)).to.have.length(1);
  });

  it('whose reset Vault did not take have no login left, and only choose a new password by the old one', async () => {
    const gina = await broker.person('gina', 'engineer');
    const reset = () => as(broker.admin, 'POST', '/api/users/gina/reset-password');
    await broker.vault.seal();
    expect((await reset()).body.code).to.equal('store_unavailable');
    await broker.vault.unseal();
    expect((await as(gina, 'GET', '/api/auth/me')).status).to.equal(401);
    const outcomes = (await as(broker.admin, 'GET', '/api/audit?action=user.password_reset')).body.items
      .filter(({ details }: { details: { principal: string } }) => details.principal === gina.principal)
      .map(({ outcome }: { outcome: string }) => outcome);
    expect(outcomes).to.deep.equal(['failed', 'allowed']);
    // Not by logging in, which would lock the name after a few tries.
    const next = { username: 'next', role: 'engineer' };
    await eventually('Vault serves again', async () =>
      (await as(broker.admin, 'POST', '/api/users', next)).status === 201 ? true : undefined,
    );
    const old = await broker.signIn('gina', 'long-enough-gina');
    expect((await as(old, 'GET', '/api/credentials')).body.code).to.equal('password_change_required');
    const { status, body } = await reset();
    expect(status).to.equal(200);
    const again = await broker.signIn('gina', body.one_time_password);
    expect((await as(again, 'GET', '/api/credentials')).body.code).to.equal('password_change_required');
  });

  it('are not there at all when Vault could not take their password', async () => {
    await broker.vault.seal();
    const refused = await as(broker.admin, 'POST', '/api/users', { username: 'half', role: 'engineer' });
    expect(refused.body.code).to.equal('store_unavailable');
    await broker.vault.unseal();
    const names = (await as(broker.admin, 'GET', '/api/users')).body.items.map(
      (p: { username: string }) => p.username,
    );
    expect(names).not.to.include('half');
  });
});
