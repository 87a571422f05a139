import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  type Answer,
  type BrokerSystem,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';

type Env = Record<string, string>;
type Account = SignedIn & { id: string };

/** Whose credentials fill whose variables: only what the receiver asked for. */
describe('what a stranger gives', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let mallory: SignedIn;
  let count = 0;

  before(async () => {
    broker = await startBrokerSystem();
    mallory = await broker.person('mallory', 'engineer');
  });
  after(() => broker.stop());

  const ok = async (answer: Promise<Answer>): Promise<Answer['body']> => {
    const { status, body } = await answer;
    expect(status, JSON.stringify(body)).to.be.within(200, 299);
    return body;
  };
  const make = async (who: SignedIn, variables: Env, more: object = {}): Promise<string> => {
    count += 1;
    const fields = Object.fromEntries(Object.entries(variables).map(([, value], n) => [`f${n}`, value]));
    const env_names = Object.fromEntries(Object.keys(variables).map((name, n) => [name, `f${n}`]));
    const body = { name: `made ${count}`, service_type: 'other', fields, env_names, ...more };
    return (await ok(broker.call(who.token, 'POST', '/api/credentials', body))).id;
  };
  const share = (who: SignedIn, id: string, ...grants: object[]) =>
    ok(
      broker.call(who.token, 'PUT', `/api/credentials/${id}/grants`, {
        grants: grants.map((grant) => ({ level: 'read', ...grant })),
      }),
    );
  const to = ({ principal }: SignedIn) => ({
    subject_kind: principal.startsWith('sa:') ? 'service_account' : 'user',
    subject: principal,
  });
  const environment = async (who: SignedIn) => ok(broker.call(who.token, 'GET', '/api/environment'));
  const variables = async (who: SignedIn): Promise<Env> => (await environment(who)).variables;
  const resolve = async (who: SignedIn, ...items: object[]) =>
    (await ok(broker.call(who.token, 'POST', '/api/credentials/resolve', { items }))).items;
  const offers = async (who: SignedIn, query = '') =>
    (await ok(broker.call(who.token, 'GET', `/api/offers${query}`))).items;
  const accept = (who: SignedIn, offer: { id: string; variables: string[] }, more: object = {}) =>
    ok(
      broker.call(who.token, 'POST', `/api/offers/${offer.id}/accept`, {
        variables: offer.variables,
        ...more,
      }),
    );
  const engineer = () => broker.person(`eng-${randomUUID().slice(0, 8)}`, 'engineer');
  const newAccount = async (keeper: SignedIn): Promise<Account> =>
    broker.account(keeper.token, `robot-${randomUUID().slice(0, 8)}`);
  const newTeam = async (by: SignedIn, ...members: SignedIn[]): Promise<string> => {
    count += 1;
    const name = `team-${count}`;
    const body = { name, members: members.map(({ principal }) => ({ principal })) };
    await ok(broker.call(by.token, 'POST', '/api/teams', body));
    return name;
  };
  const team = (subject: string) => ({ subject_kind: 'team', subject });

  describe('fills nothing', () => {
    it('of a person of another issuer, who is told of the offer', async () => {
      const victim = broker.glassdome(64000);
      const id = await make(mallory, { CELERY_BROKER_URL: 'redis://evil.example' });
      await share(mallory, id, to(victim));
      expect(await variables(victim)).to.deep.equal({});
      const [offer, ...more] = await offers(victim);
      expect(more).to.deep.equal([]);
      expect(offer).to.include({ given_by: mallory.principal, giver_role: 'engineer', state: 'open' });
      expect(offer.variables).to.deep.equal(['CELERY_BROKER_URL']);
      expect((await resolve(victim, { env: 'CELERY_BROKER_URL' }))[0].code).to.equal('not_found');
    });

    it('of an account, and neither removes nor replaces what it has, with default=true or without', async () => {
      const keeper = await engineer();
      const celery = await newAccount(keeper);
      const good = { APP_API_URL: 'https://real.lab', APP_API_TOKEN: 'real-token' };
      await share(keeper, await make(keeper, good), to(celery));
      const evil = await make(mallory, { APP_API_URL: 'https://evil.example' });
      await share(mallory, evil, to(celery));
      expect(await variables(celery)).to.deep.equal(good);
      await ok(
        broker.call(mallory.token, 'PATCH', `/api/credentials/${evil}`, { labels: { default: 'true' } }),
      );
      expect(await variables(celery)).to.deep.equal(good);
      const [url, type] = await resolve(celery, { env: 'APP_API_URL' }, { service_type: 'other' });
      expect(url.fields).to.deep.equal({ f0: 'https://real.lab' });
      expect(type.fields).to.deep.equal({ f0: 'https://real.lab', f1: 'real-token' });
    });

    it('over what a team shares', async () => {
      const [anna, victim] = [await engineer(), await engineer()];
      const red = await newTeam(broker.admin, anna, victim);
      const good = { TEAM_URL: 'https://team.lab', TEAM_TOKEN: 't' };
      await share(anna, await make(anna, good), team(red));
      await share(mallory, await make(mallory, { TEAM_URL: 'https://evil.example' }), to(victim));
      expect(await variables(victim)).to.deep.equal(good);
    });

    it('by an admin, to a person; by an architect who makes a team of strangers; to a team by who is not in it', async () => {
      const victim = await engineer();
      const lead = await broker.person('lead', 'architect');
      await share(broker.admin, await make(broker.admin, { BY_ADMIN: 'x' }), to(victim));
      const trap = await newTeam(lead, victim);
      await share(lead, await make(lead, { BY_TEAM: 'x' }), team(trap));
      const red = await newTeam(broker.admin, victim);
      await share(lead, await make(lead, { FROM_OUTSIDE: 'x' }), team(red));
      expect(await variables(victim)).to.deep.equal({});
      const names = (await offers(victim)).flatMap((o: { variables: string[] }) => o.variables);
      expect(names).to.have.members(['BY_ADMIN', 'BY_TEAM', 'FROM_OUTSIDE']);
    });

    it('of an account in a team that an architect made', async () => {
      const keeper = await engineer();
      const robot = await newAccount(keeper);
      const lead = await broker.person('lead-2', 'architect');
      const trap = await newTeam(lead, robot);
      await share(lead, await make(lead, { INJECTED: 'x' }), team(trap));
      expect(await variables(robot)).to.deep.equal({});
      await newTeamMember(broker.admin, trap, robot);
      expect(await variables(robot)).to.deep.equal({ INJECTED: 'x' });
    });

    it('of who is in a team already when an admin or a lead writes the whole list of members', async () => {
      const [victim, keeper] = [await engineer(), await engineer()];
      const robot = await newAccount(keeper);
      const lead = await broker.person('lead-3', 'architect');
      const trap = await newTeam(lead, victim, robot);
      await share(lead, await make(lead, { WHOLE_LIST: 'x' }), team(trap));
      const late = await engineer();
      const members = [
        { principal: lead.principal, lead: true },
        ...[victim, robot, late].map(({ principal }) => ({ principal })),
      ];
      const headers = { 'x-break-glass-reason': 'one more' };
      await ok(broker.call(broker.admin.token, 'PUT', `/api/teams/${trap}/members`, { members }, headers));
      for (const who of [victim, robot]) expect(await variables(who)).to.deep.equal({});
      expect(await variables(late), 'added by the admin').to.deep.equal({ WHOLE_LIST: 'x' });
    });

    it('for longer than who needs no consent gave it', async () => {
      const keeper = await engineer();
      const robot = await newAccount(keeper);
      const inAnHour = { ...to(robot), expires_at: new Date(Date.now() + 3_600_000).toISOString() };
      const inADay = { ...to(robot), expires_at: new Date(Date.now() + 86_400_000).toISOString() };
      const sooner = { ...to(robot), expires_at: new Date(Date.now() + 60_000).toISOString() };
      for (const [n, later] of [to(robot), inADay].entries()) {
        const id = await make(mallory, { [`LIMITED_${n}`]: 'x' });
        const headers = { 'x-break-glass-reason': 'for an hour' };
        const body = { grants: [{ level: 'read', ...inAnHour }] };
        await ok(broker.call(broker.admin.token, 'PUT', `/api/credentials/${id}/grants`, body, headers));
        expect(await variables(robot)).to.have.key(`LIMITED_${n}`);
        await share(mallory, id, sooner);
        expect(await variables(robot), 'for a shorter time').to.have.key(`LIMITED_${n}`);
        await share(mallory, id, later);
        expect(await variables(robot)).to.deep.equal({});
        await share(mallory, id);
      }
    });

    it('by a name that it gets after its owner was trusted with others', async () => {
      const keeper = await engineer();
      const robot = await newAccount(keeper);
      const id = await make(
        mallory,
        { HARMLESS: 'h', TEST_URL: 'https://evil.example' },
        {
          env_names: { HARMLESS: 'f0' },
        },
      );
      const victim = await engineer();
      const red = await newTeam(broker.admin, victim);
      const grants = [to(robot), team(red), { subject_kind: 'role', subject: 'engineer' }];
      const reason = { 'x-break-glass-reason': 'shared by request' };
      const body = { grants: grants.map((grant) => ({ level: 'read', ...grant })) };
      await ok(broker.call(broker.admin.token, 'PUT', `/api/credentials/${id}/grants`, body, reason));
      const env_names = { HARMLESS: 'f0', CELERY_BROKER_URL: 'f1' };
      await ok(broker.call(mallory.token, 'PATCH', `/api/credentials/${id}`, { env_names }));
      for (const who of [robot, victim])
        expect([who.principal, await variables(who)]).to.deep.equal([who.principal, { HARMLESS: 'h' }]);
      const [asked] = await offers(keeper, `?receiver=${robot.principal}`);
      expect(asked.variables).to.deep.equal(['CELERY_BROKER_URL']);
      await share(broker.admin, id);
    });
  });

  describe('ends for what is new where trust ends', () => {
    const three = { OLD_KEY: 'a', WHILE_KEY: 'b', AFTER_KEY: 'c' };
    const onlyOld = { env_names: { OLD_KEY: 'f0' } };
    const name = (who: SignedIn, id: string, ...names: (keyof typeof three)[]) => {
      const fields = Object.keys(three);
      const env_names = Object.fromEntries(names.map((n) => [n, `f${fields.indexOf(n)}`]));
      return ok(broker.call(who.token, 'PATCH', `/api/credentials/${id}`, { env_names }));
    };
    const untilThen = { OLD_KEY: 'a', WHILE_KEY: 'b' };

    it('of a member who leaves the team', async () => {
      const [former, victim] = [await engineer(), await engineer()];
      const red = await newTeam(broker.admin, former, victim);
      const id = await make(former, three, onlyOld);
      await share(former, id, team(red));
      await name(former, id, 'OLD_KEY', 'WHILE_KEY');
      expect(await variables(victim)).to.deep.equal(untilThen);
      const path = `/api/teams/${red}/members/${encodeURIComponent(former.principal)}`;
      await ok(broker.call(broker.admin.token, 'DELETE', path));
      expect(await variables(victim), 'what is served stays').to.deep.equal(untilThen);
      await name(former, id, 'OLD_KEY', 'WHILE_KEY', 'AFTER_KEY');
      expect(await variables(victim)).to.deep.equal(untilThen);
      const [offer] = await offers(victim);
      expect(offer.variables).to.deep.equal(['AFTER_KEY']);
      await accept(victim, offer);
      expect(await variables(victim)).to.deep.equal(three);
    });

    it('of a member who leaves and makes a grant of theirs last longer', async () => {
      const victim = await engineer();
      const former = await broker.person(`former-${randomUUID().slice(0, 8)}`, 'architect');
      const red = await newTeam(broker.admin, former, victim);
      const id = await make(former, { LONGER_KEY: 'x' });
      const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
      await share(former, id, { ...team(red), expires_at: inAnHour });
      const path = `/api/teams/${red}/members/${encodeURIComponent(former.principal)}`;
      await ok(broker.call(broker.admin.token, 'DELETE', path));
      expect(await variables(victim)).to.deep.equal({ LONGER_KEY: 'x' });
      await share(former, id, team(red));
      expect(await variables(victim)).to.deep.equal({});
    });

    it('of an admin who is none any more: for a team, an account, and a role', async () => {
      const boss = await broker.person(`boss-${randomUUID().slice(0, 8)}`, 'admin');
      const [keeper, victim] = [await engineer(), await engineer()];
      const robot = await newAccount(keeper);
      const red = await newTeam(broker.admin, victim);
      const id = await make(boss, three, onlyOld);
      await share(boss, id, team(red), to(robot), { subject_kind: 'role', subject: 'engineer' });
      await name(boss, id, 'OLD_KEY', 'WHILE_KEY');
      const user = boss.principal.slice('local:'.length);
      await ok(broker.call(broker.admin.token, 'PATCH', `/api/users/${user}`, { role: 'engineer' }));
      const again = await broker.signIn(user, `long-enough-${user}`);
      for (const who of [victim, robot, keeper]) expect(await variables(who)).to.include(untilThen);
      await name(again, id, 'OLD_KEY', 'WHILE_KEY', 'AFTER_KEY');
      for (const who of [victim, robot, keeper]) {
        const seen = await variables(who);
        expect(seen).to.include(untilThen);
        expect(seen).to.not.have.property('AFTER_KEY');
      }
      await share(again, id);
    });
  });

  const newTeamMember = (by: SignedIn, name: string, { principal }: SignedIn) =>
    ok(broker.call(by.token, 'POST', `/api/teams/${name}/members`, { principal }));

  describe('is usable', () => {
    it('by id and by owner and name, but not by a bare name, a type or labels', async () => {
      const victim = await engineer();
      const id = await make(mallory, { OFFERED: 'value' }, { name: 'offered', labels: { lab: 'x' } });
      await share(mallory, id, to(victim));
      const items = await resolve(
        victim,
        { id },
        { name: 'offered', owner: mallory.principal },
        { name: 'offered' },
        { service_type: 'other' },
        { service_type: 'other', labels: { lab: 'x' } },
        { env: 'OFFERED', owner: mallory.principal },
      );
      expect(items.map((i: { status: string; code?: string }) => i.code ?? i.status)).to.deep.equal([
        'ok',
        'ok',
        'not_found',
        'not_found',
        'not_found',
        'not_found',
      ]);
      expect(items[2].detail).to.contain('offer');
    });

    it('fully once it is accepted; names that come later ask again, a revoked grant starts over', async () => {
      const victim = await engineer();
      const id = await make(mallory, { A_KEY: 'a', B_KEY: 'b' }, { env_names: { A_KEY: 'f0' } });
      await share(mallory, id, to(victim));
      const [offer] = await offers(victim);
      expect((await accept(victim, offer)).state).to.equal('accepted');
      expect(await variables(victim)).to.deep.equal({ A_KEY: 'a' });
      const env_names = { A_KEY: 'f0', B_KEY: 'f1' };
      await ok(broker.call(mallory.token, 'PATCH', `/api/credentials/${id}`, { env_names }));
      expect(await variables(victim)).to.deep.equal({ A_KEY: 'a' });
      const [more] = await offers(victim);
      expect(more.variables).to.deep.equal(['B_KEY']);
      await accept(victim, more);
      expect(await variables(victim)).to.deep.equal({ A_KEY: 'a', B_KEY: 'b' });
      await share(mallory, id, to(victim));
      expect(await variables(victim)).to.deep.equal({ A_KEY: 'a', B_KEY: 'b' });
      await share(mallory, id);
      await share(mallory, id, to(victim));
      expect(await variables(victim)).to.deep.equal({});
    });

    it('after a decline only by accepting it', async () => {
      const victim = await engineer();
      const id = await make(mallory, { NO_THANKS: 'x' });
      await share(mallory, id, to(victim));
      const [offer] = await offers(victim);
      await ok(broker.call(victim.token, 'POST', `/api/offers/${offer.id}/decline`, {}));
      expect(await offers(victim)).to.deep.equal([]);
      await share(mallory, id);
      await share(mallory, id, to(victim));
      expect(await offers(victim)).to.deep.equal([]);
      const [declined] = await offers(victim, '?state=declined');
      await accept(victim, { id: declined.id, variables: ['NO_THANKS'] });
      expect(await variables(victim)).to.deep.equal({ NO_THANKS: 'x' });
      expect(await offers(victim, '?state=declined')).to.deep.equal([]);
    });

    it('of an account when its keeper or an admin accepts, and nobody else', async () => {
      const keeper = await engineer();
      const robot = await newAccount(keeper);
      await share(mallory, await make(mallory, { FOR_ROBOT: 'x' }), to(robot));
      const [offer] = await offers(keeper);
      expect(offer.receiver).to.equal(robot.principal);
      const body = { variables: ['FOR_ROBOT'], receiver: robot.principal };
      const path = `/api/offers/${offer.id}/accept`;
      expect((await broker.call(mallory.token, 'POST', path, body)).status).to.equal(404);
      expect((await broker.call(robot.token, 'POST', path, body)).status).to.equal(403);
      expect(await variables(robot)).to.deep.equal({});
      await accept(keeper, offer);
      expect(await variables(robot)).to.deep.equal({ FOR_ROBOT: 'x' });
    });
  });

  describe('what is served stays', () => {
    it('when a mate shares the same variable later, which is reported; a preference changes it', async () => {
      const [anna, ben, victim] = [await engineer(), await engineer(), await engineer()];
      const red = await newTeam(broker.admin, anna, ben, victim);
      const first = { SVC_URL: 'https://first', SVC_TOKEN: 'first' };
      const second = { SVC_URL: 'https://second', SVC_TOKEN: 'second' };
      await share(anna, await make(anna, first), team(red));
      const later = await make(ben, second, { labels: { default: 'true' } });
      await share(ben, later, team(red));
      const seen = await environment(victim);
      expect(seen.variables).to.deep.equal(first);
      expect(seen.conflicts.map((c: { variable: string }) => c.variable)).to.deep.equal([
        'SVC_TOKEN',
        'SVC_URL',
      ]);
      expect(seen.conflicts[0].served_by).to.equal(seen.conflicts[0].credentials[0].id);
      const wish = { variables: ['SVC_URL'], credential_id: later };
      await ok(broker.call(victim.token, 'PUT', '/api/preferences', wish));
      expect(await environment(victim)).to.deep.include({ variables: second, conflicts: [] });
      const [token] = await resolve(victim, { env: 'SVC_TOKEN' });
      expect(Object.values(token.fields)).to.deep.equal(['second']);
      await ok(broker.call(victim.token, 'PUT', '/api/preferences', { ...wish, credential_id: null }));
      expect(await variables(victim)).to.deep.equal(first);
    });

    it('when an offer is accepted that claims it, unless the receiver prefers it', async () => {
      const [anna, victim] = [await engineer(), await engineer()];
      const red = await newTeam(broker.admin, anna, victim);
      const first = { SVC_URL: 'https://first', SVC_TOKEN: 'first' };
      await share(anna, await make(anna, first), team(red));
      await share(mallory, await make(mallory, { SVC_URL: 'https://other' }), to(victim));
      const [offer] = await offers(victim);
      await accept(victim, offer);
      expect(await variables(victim)).to.deep.equal(first);
      await accept(victim, offer, { variables: ['SVC_URL'], prefer: true });
      // The token would go to the other address.
      expect(await variables(victim)).to.deep.equal({ SVC_URL: 'https://other' });
    });

    describe('where labels choose', () => {
      /** Two mates and a victim; `older` is made first and shared last. */
      const scene = async (olderLabels: object, givenLabels: object, givenVariables?: Env) => {
        const [m, g, victim] = [await engineer(), await engineer(), await engineer()];
        const red = await newTeam(broker.admin, m, g, victim);
        const older = await make(m, { LABEL_KEY: 'older' }, { labels: olderLabels });
        const given = await make(g, givenVariables ?? { LABEL_KEY: 'given' }, { labels: givenLabels });
        const label = (who: SignedIn, id: string, labels: object) =>
          ok(broker.call(who.token, 'PATCH', `/api/credentials/${id}`, { labels }));
        const byLabel = async (labels: object) => {
          const [item] = await resolve(victim, { service_type: 'other', labels });
          const query = Object.entries(labels).map(([k, v]) => `label=${k}=${v}`);
          const { body } = await broker.call(victim.token, 'GET', `/api/environment?${query.join('&')}`);
          return [item.fields?.f0 ?? item.code, body.variables.LABEL_KEY];
        };
        return { m, g, victim, red, older, given, label, byLabel };
      };
      const [env, team2] = [{ env: 'prod' }, { env: 'prod', team: 'x' }];
      const [isGiven, isOlder] = [
        ['given', 'given'],
        ['older', 'older'],
      ];

      it('when its owner adds, changes or removes labels that the question does not name', async () => {
        const { m, g, red, older, given, label, byLabel } = await scene(env, env);
        await share(g, given, team(red));
        await share(m, older, team(red));
        expect(await byLabel(env)).to.deep.equal(isGiven);
        for (const labels of [team2, { ...env, team: 'y' }, env, { ...env, default: 'true' }]) {
          await label(g, given, labels);
          expect([labels, await byLabel(env)]).to.deep.equal([labels, isGiven]);
        }
        await label(g, given, team2);
        await label(m, older, team2);
        expect(await byLabel(team2), 'both labels, the first to have them').to.deep.equal(isGiven);
      });

      it('when a mate who shared earlier adds the label, or changes its value, later', async () => {
        for (const before of [{}, { env: 'staging' }, { team: 'x' }]) {
          const { m, g, red, older, given, label, byLabel } = await scene(before, env);
          await share(m, older, team(red));
          await share(g, given, team(red));
          expect([before, await byLabel(env)]).to.deep.equal([before, isGiven]);
          await label(m, older, team2);
          expect([before, await byLabel(env)]).to.deep.equal([before, isGiven]);
          await label(g, given, team2);
          expect([before, await byLabel(team2)]).to.deep.equal([before, isOlder]);
        }
      });

      it('when a label goes and comes back, or its value does', async () => {
        for (const away of [{}, { env: 'staging' }]) {
          const { m, g, red, older, given, label, byLabel } = await scene(env, env);
          await share(m, older, team(red));
          await share(g, given, team(red));
          expect(await byLabel(env)).to.deep.equal(isOlder);
          await label(m, older, away);
          expect(await byLabel(env)).to.deep.equal(isGiven);
          await label(m, older, env);
          expect([away, await byLabel(env)]).to.deep.equal([away, isGiven]);
        }
      });
    });

    it('while its credential is disabled and comes back', async () => {
      const [anna, ben, victim] = [await engineer(), await engineer(), await engineer()];
      const red = await newTeam(broker.admin, anna, ben, victim);
      const early = await make(anna, { ONE_KEY: 'early' });
      await share(anna, early, team(red));
      await share(ben, await make(ben, { ONE_KEY: 'late' }), team(red));
      expect(await variables(victim)).to.deep.equal({ ONE_KEY: 'early' });
      const set = (disabled: boolean) =>
        ok(broker.call(anna.token, 'PATCH', `/api/credentials/${early}`, { disabled }));
      await set(true);
      expect(await variables(victim)).to.deep.equal({ ONE_KEY: 'late' });
      await set(false);
      expect(await variables(victim)).to.deep.equal({ ONE_KEY: 'late' });
    });

    it('until an own credential claims it, which never gets a part of another', async () => {
      const [anna, victim] = [await engineer(), await engineer()];
      const red = await newTeam(broker.admin, anna, victim);
      await share(anna, await make(anna, { SVC_URL: 'https://team', SVC_TOKEN: 'secret' }), team(red));
      await make(victim, { SVC_URL: 'https://mine' });
      const seen = await environment(victim);
      expect(seen.variables).to.deep.equal({ SVC_URL: 'https://mine' });
      expect(seen.conflicts).to.have.lengthOf(1);
      expect(seen.conflicts[0]).to.deep.include({
        variable: 'SVC_TOKEN',
        served_by: null,
        because: 'SVC_URL',
      });
      const [url, token] = await resolve(victim, { env: 'SVC_URL' }, { env: 'SVC_TOKEN' });
      expect([url.status, token.code]).to.deep.equal(['ok', 'ambiguous']);
    });
  });

  it('is reported once a day for each giver, and a conflict once', async () => {
    const [anna, ben, victim] = [await engineer(), await engineer(), await engineer()];
    const notices = async (who: SignedIn, kind: string) =>
      (await ok(broker.call(who.token, 'GET', `/api/notifications?kind=${kind}`))).items;
    const flood = await broker.person('flood', 'engineer');
    const robot = await newAccount(flood);
    for (const giver of [flood, flood, robot])
      await share(giver, await make(giver, { FLOOD_KEY: 'x' }), to(victim));
    const [told, ...more] = await notices(victim, 'offer');
    expect(more).to.deep.equal([]);
    expect(told.text)
      .to.contain('local:flood offers')
      .and.contain('FLOOD_KEY')
      .and.contain('glassdome offers');
    await share(ben, await make(ben, { BEN_KEY: 'x' }), to(victim));
    expect(await notices(victim, 'offer')).to.have.lengthOf(2);
    const red = await newTeam(broker.admin, anna, ben, victim);
    for (const giver of [anna, ben]) await share(giver, await make(giver, { SHARED_KEY: 'x' }), team(red));
    for (let n = 0; n < 3; n += 1) await environment(victim);
    const conflicts = await notices(victim, 'variable_conflict');
    expect(conflicts).to.have.lengthOf(1);
    expect(conflicts[0].text).to.contain('SHARED_KEY').and.contain(`${anna.principal}/`);
    const lead = await broker.person('lead-3', 'architect');
    await newTeam(lead, victim);
    expect((await notices(victim, 'offer'))[0].text).to.contain('credentials shared with team');
  });

  it('what a keeper or an admin imports for an account needs no further step', async () => {
    const keeper = await engineer();
    const robot = await newAccount(keeper);
    const content =
      'PROXMOX_HOST=pve.lab\nPROXMOX_TOKEN_NAME=t\nPROXMOX_TOKEN_VALUE=v\nPROXMOX_USER=root@pam\n';
    const body = { content, dry_run: false, grant_to: [`service_account:${robot.id}`] };
    for (const who of [keeper, broker.admin]) {
      await ok(broker.call(who.token, 'POST', '/api/imports/env', body));
      expect(await variables(robot)).to.include({ PROXMOX_HOST: 'pve.lab', PROXMOX_TOKEN_VALUE: 'v' });
    }
    const more = { ...body, content: `${content}PROXMOX_NODE=pve\nPROXMOX_VERIFY_SSL=false\n` };
    await ok(broker.call(keeper.token, 'POST', '/api/imports/env', more));
    expect(await variables(robot)).to.include({ PROXMOX_VERIFY_SSL: 'false' });
  });
});
