import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  type Answer,
  type BrokerSystem,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';

type Env = Record<string, string>;

/** What others change on a credential that is the caller's own: it waits for the owner's yes. */
describe('what others change on one’s own credential', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let manager: SignedIn;
  let count = 0;

  before(async () => {
    broker = await startBrokerSystem();
    manager = await broker.person('manager', 'engineer');
  });
  after(() => broker.stop());

  const ok = async (answer: Promise<Answer>): Promise<Answer['body']> => {
    const { status, body } = await answer;
    expect(status, JSON.stringify(body)).to.be.within(200, 299);
    return body;
  };
  const patch = (who: SignedIn, id: string, body: object) =>
    ok(broker.call(who.token, 'PATCH', `/api/credentials/${id}`, body));
  const make = async (who: SignedIn, variables: Env, more: object = {}): Promise<string> => {
    count += 1;
    const fields = {
      ...Object.fromEntries(Object.values(variables).map((v, n) => [`f${n}`, v])),
      spare: 's',
    };
    const env_names = Object.fromEntries(Object.keys(variables).map((name, n) => [name, `f${n}`]));
    const body = { name: `own ${count}`, service_type: 'other', fields, env_names, ...more };
    const { id } = await ok(broker.call(who.token, 'POST', '/api/credentials', body));
    const grants = [{ subject_kind: 'user', subject: manager.principal, level: 'manage' }];
    await ok(broker.call(who.token, 'PUT', `/api/credentials/${id}/grants`, { grants }));
    return id;
  };
  const environment = async (who: SignedIn, query = '') =>
    ok(broker.call(who.token, 'GET', `/api/environment${query}`));
  const variables = async (who: SignedIn, query = ''): Promise<Env> =>
    (await environment(who, query)).variables;
  const heldBack = async (who: SignedIn): Promise<string[]> =>
    (await environment(who)).held_back.map((each: { variable: string }) => each.variable).sort();
  const resolve = async (who: SignedIn, item: object) =>
    (await ok(broker.call(who.token, 'POST', '/api/credentials/resolve', { items: [item] }))).items[0];
  const notices = async (who: SignedIn, kind: string) =>
    (await ok(broker.call(who.token, 'GET', `/api/notifications?kind=${kind}`))).items;
  const engineer = () => broker.person(`own-${randomUUID().slice(0, 8)}`, 'engineer');

  describe('fills no variable', () => {
    it('when a manager names one, also one that another credential of the owner fills', async () => {
      const owner = await engineer();
      await make(owner, { APP_URL: 'https://mine' });
      const id = await make(owner, { MINE: 'm' });
      await patch(manager, id, { env_names: { MINE: 'f0', APP_URL: 'spare' }, labels: { default: 'true' } });
      const seen = await environment(owner);
      expect(seen.variables).to.deep.equal({ APP_URL: 'https://mine', MINE: 'm' });
      expect(seen.conflicts).to.deep.equal([]);
      expect(seen.held_back).to.deep.equal([
        {
          variable: 'APP_URL',
          credential_id: id,
          name: seen.held_back[0].name,
          changed_by: manager.principal,
        },
      ]);
      await patch(manager, id, { env_names: { MINE: 'f0', APP_URL: 'spare', HTTPS_PROXY_2: 'spare' } });
      expect((await resolve(owner, { env: 'HTTPS_PROXY_2' })).detail).to.contain('held back');
      const [notice, ...more] = await notices(owner, 'held_back');
      expect(more).to.deep.equal([]);
      expect(notice.text).to.contain(manager.principal).and.contain('APP_URL').and.contain('labels default');
    });

    it('when an admin names it, by role alone', async () => {
      const owner = await engineer();
      const id = await make(owner, { MINE: 'm' });
      await patch(broker.admin, id, { env_names: { MINE: 'f0', BY_ADMIN: 'spare' } });
      expect(await variables(owner)).to.deep.equal({ MINE: 'm' });
      expect(await heldBack(owner)).to.deep.equal(['BY_ADMIN']);
    });

    it('when it comes with a new version, in another spelling, or back after the owner removed it', async () => {
      const owner = await engineer();
      const id = await make(owner, { MINE: 'm', GONE: 'g' });
      await patch(owner, id, { env_names: { MINE: 'f0' } });
      const env_names = { MINE: 'f0', mine: 'extra', GONE: 'f1' };
      await patch(manager, id, { fields: { extra: 'x' }, env_names });
      expect(await variables(owner)).to.deep.equal({ MINE: 'm' });
      expect(await heldBack(owner)).to.deep.equal(['GONE', 'mine']);
    });

    it('when it is one of the owner’s that is pointed at another field or removed', async () => {
      const owner = await engineer();
      const id = await make(owner, { ONE: '1', TWO: '2' });
      await patch(manager, id, { env_names: { ONE: 'spare' } });
      expect(await variables(owner)).to.deep.equal({ ONE: '1', TWO: '2' });
      expect(await heldBack(owner)).to.deep.equal(['ONE', 'TWO']);
      // The manager has what the row says.
      await patch(manager, id, { env_names: { ONE: 'f0', TWO: 'f1' } });
      expect(await heldBack(owner)).to.deep.equal([]);
    });

    it('of a service account, unless its keeper names it', async () => {
      const keeper = await engineer();
      const robot = await broker.account(keeper.token, `robot-${randomUUID().slice(0, 8)}`);
      const id = await make(robot, { MINE: 'm' });
      const grants = [keeper, manager].map(({ principal }) => ({
        subject_kind: 'user',
        subject: principal,
        level: 'manage',
      }));
      await ok(broker.call(robot.token, 'PUT', `/api/credentials/${id}/grants`, { grants }));
      await patch(manager, id, { env_names: { MINE: 'f0', EVIL: 'spare' } });
      await patch(keeper, id, { env_names: { MINE: 'f0', EVIL: 'spare', GOOD: 'spare' } });
      expect(await variables(robot)).to.deep.equal({ MINE: 'm', GOOD: 's' });
      await patch(broker.admin, id, {
        env_names: { MINE: 'f0', EVIL: 'spare', GOOD: 'spare', BY_ADMIN: 'f0' },
      });
      expect(await heldBack(robot)).to.deep.equal(['BY_ADMIN', 'EVIL']);
      const wish = { variables: ['EVIL'], credential_id: id, receiver: robot.principal };
      await ok(broker.call(keeper.token, 'PUT', '/api/preferences', wish));
      expect(await variables(robot)).to.deep.equal({ MINE: 'm', GOOD: 's', EVIL: 's' });
    });
  });

  describe('counts once the owner agrees', () => {
    const added = { MINE: 'f0', LATER: 'spare', OTHER: 'spare' };
    let owner: SignedIn;
    let id: string;
    beforeEach(async () => {
      owner = await engineer();
      id = await make(owner, { MINE: 'm' });
      await patch(manager, id, { env_names: added });
    });

    it('by a preference, for that variable alone', async () => {
      const wish = { variables: ['LATER'], credential_id: id };
      await ok(broker.call(owner.token, 'PUT', '/api/preferences', wish));
      expect(await variables(owner)).to.deep.equal({ MINE: 'm', LATER: 's' });
      await ok(broker.call(owner.token, 'PUT', '/api/preferences', { ...wish, credential_id: null }));
      expect(await variables(owner)).to.deep.equal({ MINE: 'm', LATER: 's' });
      expect(await heldBack(owner)).to.deep.equal(['OTHER']);
    });

    it('by an update that names them as they are', async () => {
      await patch(owner, id, { env_names: added });
      expect(await variables(owner)).to.deep.equal({ MINE: 'm', LATER: 's', OTHER: 's' });
      expect(await heldBack(owner)).to.deep.equal([]);
    });

    it('not by an update of something else, nor by one that adds another variable', async () => {
      await patch(owner, id, { description: 'other', labels: { a: 'b' } });
      await patch(owner, id, { env_names: { ...added, NEW: 'f0' } });
      expect(await variables(owner)).to.deep.equal({ MINE: 'm', NEW: 'm' });
      expect(await heldBack(owner)).to.deep.equal(['LATER', 'OTHER']);
    });

    it('not by a preference of somebody else, or from before it was named', async () => {
      const wish = { variables: ['LATER', 'AGAIN'], credential_id: id };
      await ok(broker.call(manager.token, 'PUT', '/api/preferences', wish));
      await ok(broker.call(owner.token, 'PUT', '/api/preferences', { ...wish, variables: ['AGAIN'] }));
      await patch(manager, id, { env_names: { ...added, AGAIN: 'f0' } });
      expect(await variables(owner)).to.deep.equal({ MINE: 'm' });
    });
  });

  describe('chooses nothing else', () => {
    it('by labels that a manager adds, changes or removes', async () => {
      const owner = await engineer();
      const prod = await make(owner, { A: 'prod' }, { labels: { env: 'prod' } });
      const test = await make(owner, { A: 'test' }, { labels: { env: 'test' } });
      await patch(manager, test, { labels: { env: 'prod', default: 'true' } });
      await patch(manager, prod, { labels: {} });
      const item = { service_type: 'other', labels: { env: 'prod' } };
      expect((await resolve(owner, item)).credential.id).to.equal(prod);
      expect((await resolve(owner, { service_type: 'other' })).code).to.equal('ambiguous');
      expect((await environment(owner)).conflicts).to.have.lengthOf(1);
      expect(await variables(owner, '?label=env%3Dprod')).to.deep.equal({ A: 'prod' });
      // Others are served by what the row says.
      expect((await ok(broker.call(owner.token, 'GET', `/api/credentials/${prod}`))).labels).to.deep.equal(
        {},
      );
      await patch(owner, test, { labels: { default: 'true', env: 'prod' } });
      expect((await resolve(owner, { service_type: 'other' })).credential.id).to.equal(test);
    });

    it('by a label of the owner’s that comes with another one of a manager', async () => {
      const owner = await engineer();
      const one = await make(owner, { A: '1' });
      const two = await make(owner, { A: '2' });
      await patch(manager, one, { labels: { default: 'true' } });
      await patch(owner, one, { labels: { default: 'true', mine: 'yes' } });
      expect(
        (await resolve(owner, { service_type: 'other', labels: { mine: 'yes' } })).credential.id,
      ).to.equal(one);
      expect((await resolve(owner, { service_type: 'other' })).code).to.equal('ambiguous');
      await patch(owner, two, { labels: { default: 'true' } });
      expect(await variables(owner)).to.deep.equal({ A: '2' });
    });

    it('by a rename, also when two names are swapped, bare or with the owner', async () => {
      const owner = await engineer();
      const prod = await make(owner, { A: 'prod' }, { name: 'prod' });
      const test = await make(owner, { B: 'test' }, { name: 'test' });
      await patch(manager, prod, { name: 'old' });
      await patch(broker.admin, test, { name: 'prod' });
      for (const item of [{ name: 'prod' }, { name: 'prod', owner: owner.principal }])
        expect((await resolve(owner, item)).credential?.id).to.equal(prod);
      expect((await resolve(owner, { name: 'test' })).credential.id).to.equal(test);
      expect((await resolve(owner, { name: 'old' })).code).to.equal('not_found');
      await patch(owner, test, { name: 'prod' });
      expect((await resolve(owner, { name: 'prod' })).credential.id).to.equal(test);
      await patch(owner, prod, { name: 'old' });
      expect((await resolve(owner, { name: 'old' })).credential.id).to.equal(prod);
    });

    it('by the name of a new credential over one that lost it', async () => {
      const owner = await engineer();
      const first = await make(owner, { A: '1' }, { name: 'db' });
      await patch(manager, first, { name: 'db old' });
      const second = await make(owner, { B: '2' }, { name: 'db' });
      expect((await resolve(owner, { name: 'db' })).credential.id).to.equal(second);
    });
  });

  it('reaches receivers who accepted as an offer again, with one notice a day for each giver', async () => {
    const [owner, receiver] = [await engineer(), await engineer()];
    const accepted: string[] = [];
    for (const n of [1, 2]) {
      const id = await make(owner, { [`GIVEN_${n}`]: 'g' });
      const grants = [
        { subject_kind: 'user', subject: receiver.principal, level: 'read' },
        { subject_kind: 'user', subject: manager.principal, level: 'manage' },
      ];
      await ok(broker.call(owner.token, 'PUT', `/api/credentials/${id}/grants`, { grants }));
      const [offer] = (await ok(broker.call(receiver.token, 'GET', '/api/offers'))).items;
      const yes = { variables: offer.variables };
      await ok(broker.call(receiver.token, 'POST', `/api/offers/${offer.id}/accept`, yes));
      accepted.push(id);
    }
    for (const [n, id] of accepted.entries()) {
      await patch(owner, id, { env_names: { [`GIVEN_${n + 1}`]: 'f0', [`MORE_${n}`]: 'spare' } });
      await patch(manager, id, {
        env_names: { [`GIVEN_${n + 1}`]: 'f0', [`MORE_${n}`]: 'spare', [`EVIL_${n}`]: 'spare' },
      });
    }
    expect(await variables(receiver)).to.deep.equal({ GIVEN_1: 'g', GIVEN_2: 'g' });
    const told = (await notices(receiver, 'offer_names')).map((each: { text: string }) => each.text).sort();
    expect(told).to.have.lengthOf(2);
    expect(told[0]).to.contain('manager added EVIL_0');
    expect(told[1]).to.contain('MORE_0');
  });

  it('sends its secret to no new address before a person asks, whoever may manage it', async () => {
    const owner = await engineer();
    const inTeam = await engineer();
    const reader = await engineer();
    const name = `red-${randomUUID().slice(0, 8)}`;
    const members = [owner, inTeam].map(({ principal }) => ({ principal }));
    await ok(broker.call(broker.admin.token, 'POST', '/api/teams', { name, members }));
    const fields = { url: 'https://old.lab', token: 't' };
    const id = await make(owner, {}, { fields, secret_fields: ['token'] });
    const grants = [
      { subject_kind: 'user', subject: manager.principal, level: 'manage' },
      { subject_kind: 'team', subject: name, level: 'manage' },
      { subject_kind: 'user', subject: reader.principal, level: 'read' },
    ];
    await ok(broker.call(owner.token, 'PUT', `/api/credentials/${id}/grants`, { grants }));
    for (const [n, who] of [manager, inTeam].entries()) {
      const after = await patch(who, id, { fields: { url: `https://new-${n}.lab` } });
      expect(after).to.deep.include({ health: 'unchecked', next_test_at: null });
    }
    const body = { fields: { url: 'https://evil.example' } };
    const byRole = await broker.call(broker.admin.token, 'PATCH', `/api/credentials/${id}`, body);
    expect([byRole.status, byRole.body.fields[0].field]).to.deep.equal([400, 'fields.token']);
    expect((await broker.call(reader.token, 'PATCH', `/api/credentials/${id}`, body)).status).to.equal(403);
    const stranger = await engineer();
    expect((await broker.call(stranger.token, 'PATCH', `/api/credentials/${id}`, body)).status).to.equal(404);
    const path = `/api/audit?credential_id=${id}&action=credential.destination_changed`;
    const rows = (await ok(broker.call(broker.admin.token, 'GET', path))).items;
    expect(rows.map((row: { actor: string }) => row.actor)).to.have.members(
      [manager, inTeam].map(({ principal }) => principal),
    );
  });
});
