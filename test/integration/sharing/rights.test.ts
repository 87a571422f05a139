import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { routes } from '../../../src/http/app.js';
import {
  type Answer,
  type BrokerSystem,
  passwordOf,
  type SignedIn,
  startBrokerSystem,
} from '../../support/broker/brokerSystem.js';
import { openBrowser } from '../../support/broker/browser.js';
import * as table from '../../support/cases/rightsTable.js';

const NOBODYS = '00000000-0000-4000-8000-000000000000';
const keyOf = (route: { method: string; path: string }) => `${route.method.toUpperCase()} ${route.path}`;
const split = (key: string) => key.split(' ') as [string, string];
const publicRoutes = routes.filter((route) => route.auth === 'none').map(keyOf);

/** The path with everything in braces filled in. */
function filled(path: string, id = NOBODYS): string {
  return path
    .replace('{id}', id)
    .replace('{n}', '1')
    .replace('{username}', 'target')
    .replace('{principal}', 'glassdome:4711')
    .replace(/\{\w+\}/, 'other');
}

/** Every route, every role, every relation: what the tables promise is what the real broker answers. */
describe('who may do what', function () {
  this.timeout(180_000);
  let broker: BrokerSystem;
  let owner: SignedIn;
  let trail: pg.Client;
  const actors = {} as Record<table.Role, SignedIn>;
  const made = {} as Record<table.Role, Record<table.Relation, string>>;
  let count = 0;

  const call = (who: SignedIn | null, key: string, path: string, body?: unknown, headers = {}) =>
    broker.call(who?.token ?? null, split(key)[0], path, body, headers);

  const granted = (relation: table.Relation, { principal }: SignedIn): object[] => {
    const kind = principal.startsWith('sa:') ? 'service_account' : 'user';
    if (relation === 'none' || relation === 'owner') return [];
    if (relation === 'team') return [{ subject_kind: 'team', subject: 'crew', level: 'read' }];
    if (relation === 'role') return [{ subject_kind: 'role', subject: 'engineer', level: 'read' }];
    return [{ subject_kind: kind, subject: principal, level: relation }];
  };

  async function credential(by: SignedIn, name: string, more: object = {}): Promise<string> {
    const body = { name, service_type: 'other', fields: { value: `value of ${name}` }, ...more };
    const answer = await broker.call(by.token, 'POST', '/api/credentials', body);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body.id as string;
  }

  async function related(role: table.Role, relation: table.Relation): Promise<string> {
    const name = `${role}_${relation}`;
    const mine = relation === 'owner';
    const id = await credential(mine ? actors[role] : owner, name, { env_names: { [name]: 'value' } });
    if (mine) return id;
    const grants = granted(relation, actors[role]);
    const done = await broker.call(owner.token, 'PUT', `/api/credentials/${id}/grants`, { grants });
    expect(done.status, JSON.stringify(done.body)).to.equal(200);
    return id;
  }

  before(async () => {
    broker = await startBrokerSystem();
    trail = new pg.Client({ connectionString: broker.database.ownerUrl });
    await trail.connect();
    owner = await broker.person('olga', 'admin');
    for (const role of ['engineer', 'architect', 'admin'] as const)
      actors[role] = await broker.person(role, role);
    // Observers own nothing unless they were more once.
    actors.observer = await broker.person('observer', 'engineer');
    actors.service_account = await broker.account(actors.engineer.token, 'robot');
    await broker.person('target', 'engineer');
    const members = table.ROLES.map((role) => ({ principal: actors[role].principal }));
    await broker.call(owner.token, 'POST', '/api/teams', { name: 'crew', members });
    for (const role of table.ROLES) {
      made[role] = {} as Record<table.Relation, string>;
      for (const relation of table.RELATIONS) made[role][relation] = await related(role, relation);
    }
    await broker.call(owner.token, 'PATCH', '/api/users/observer', { role: 'observer' });
    actors.observer = await broker.signIn('observer', 'long-enough-observer');
  });
  after(async () => {
    await trail.end();
    await broker.stop();
  });

  it('has a row for every route, and no row for a route that is gone', () => {
    const known = [table.CREDENTIAL_ROUTES, table.ROLE_ROUTES, table.OTHER_ROUTES].flatMap(Object.keys);
    expect(known, 'add a row to test/support/cases/rightsTable.ts').to.have.members(routes.map(keyOf));
    expect(new Set(known).size).to.equal(known.length);
    const open = Object.entries(table.OTHER_ROUTES).filter(([, where]) => where === 'public');
    expect(open.map(([key]) => key)).to.have.members(publicRoutes);
  });

  /** One call of every route that is not public, on a credential that whoever asks could see if he counted. */
  async function everywhere(
    ask: (key: string, path: string, body?: object) => Promise<Answer>,
  ): Promise<void> {
    for (const key of routes.map(keyOf).filter((each) => !publicRoutes.includes(each))) {
      const row = { ...table.CREDENTIAL_ROUTES, ...table.ROLE_ROUTES }[key];
      const bodies: Record<string, object> = {
        'PUT /api/credentials/{id}/grants': { grants: [] },
        'POST /api/credentials/resolve': { items: [{ id: made.engineer.owner }] },
        'POST /api/service-accounts': { name: 'late' },
        'POST /api/teams': { name: 'late' },
        'PUT /api/teams/{name}/members': { members: [] },
        'POST /api/teams/{name}/members': { principal: 'glassdome:4711' },
        'POST /api/offers/{id}/accept': { variables: [] },
      };
      const body = bodies[key] ?? (Object.keys(row?.body ?? {}).length > 0 ? row?.body : undefined);
      const {
        status,
        body: told,
        headers,
      } = await ask(key, filled(split(key)[1], made.architect.owner), body);
      const seen = [key, status, told?.code, headers.get('www-authenticate')];
      expect(seen).to.deep.equal([key, 401, 'unauthenticated', 'Bearer']);
    }
  }

  const refusalsOf = async (principal: string): Promise<number> => {
    const { rows } = await trail.query(
      `select count(*)::integer as n from broker.audit_events
       where actor = $1 and outcome = 'denied' and code = 'unauthenticated'`,
      [principal],
    );
    return rows[0].n;
  };

  describe('counts for nothing on every route, and leaves a row of each try that names somebody:', () => {
    const by = (who: SignedIn) => (key: string, path: string, body?: object) => call(who, key, path, body);
    const shutOut = (principal: string) =>
      call(owner, 'PATCH', `/api/principals/${principal}`, { disabled: true });
    const expired = async () => {
      const { payload } = jwt.decode(actors.admin.token, { complete: true }) ?? {};
      const claims = { ...(payload as object), exp: Math.floor(Date.now() / 1000) - 1 };
      return { ...actors.admin, token: await broker.system.ports.tokenSigner.sign(claims) };
    };
    const robot = (name: string) => broker.account(actors.engineer.token, name);
    const twice = () => ({ authorization: `Bearer ${actors.admin.token}, Bearer x` });

    const cookieOf = async () => {
      const browser = openBrowser(broker.url);
      await browser.signIn('engineer', passwordOf('engineer'));
      return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join();
    };
    const byCookie = (cookie: string, headers: Record<string, string>) => ({
      ask: (key: string, path: string, body?: object) => call(null, key, path, body, { cookie, ...headers }),
    });

    /** Makes whoever it is, and gives how he calls. */
    const standings: Record<
      keyof typeof table.WITHOUT_STANDING,
      () => Promise<{ who?: SignedIn; ask?: Parameters<typeof everywhere>[0] }>
    > = {
      'nobody, without a token': async () => ({ ask: (key, path, body) => call(null, key, path, body) }),
      'a token that is none': async () => ({ who: { ...actors.admin, token: 'a.b.c' } }),
      'a token that is sent twice': async () => ({
        ask: (key, path, body) => call(actors.admin, key, path, body, twice()),
      }),
      'a token in the address': async () => ({
        ask: (key, path, body) => call(null, key, `${path}?access_token=${actors.admin.token}`, body),
      }),
      'a session cookie without the header of our page': async () => byCookie(await cookieOf(), {}),
      'a session cookie that another site has sent': async () =>
        byCookie(await cookieOf(), { 'x-client': 'web', 'sec-fetch-site': 'cross-site' }),
      'a session cookie of nobody': async () =>
        byCookie(`glassdome_session=gdr_${NOBODYS}_${'x'.repeat(43)}`, { 'x-client': 'web' }),
      'an expired token': async () => ({ who: await expired() }),
      'an expired token of another issuer': async () => ({ who: broker.glassdome(5, 'admin', -1) }),
      'a disabled person': async () => {
        const who = await broker.person('fred', 'architect');
        await call(owner, 'PATCH', '/api/users/fred', { disabled: true });
        return { who };
      },
      'a disabled person of another issuer': async () => {
        const who = broker.glassdome(7, 'admin');
        expect((await call(who, 'GET', '/api/auth/me')).status).to.equal(200);
        await shutOut('glassdome:7');
        return { who };
      },
      'a disabled service account': async () => {
        const who = await robot('shut-out');
        await shutOut(who.principal);
        return { who };
      },
      'a revoked service account': async () => {
        const who = await robot('revoked');
        await call(owner, 'DELETE', `/api/service-accounts/${who.id}`);
        return { who };
      },
      'a person with a lower role than his token says': async () => {
        const who = await broker.person('gina', 'admin');
        await call(owner, 'PATCH', '/api/users/gina', { role: 'engineer' });
        return { who };
      },
      'a person who logged out': async () => {
        const who = await broker.person('hilda', 'engineer');
        await call(who, 'POST', '/api/auth/logout');
        return { who };
      },
    };

    for (const [name, { audited }] of Object.entries(table.WITHOUT_STANDING)) {
      it(name, async () => {
        const { who, ask } = await standings[name as keyof typeof standings]();
        const principal = who?.principal ?? actors.admin.principal;
        const before = await refusalsOf(principal);
        await everywhere(ask ?? by(who ?? actors.admin));
        const tries = audited ? routes.length - publicRoutes.length : 0;
        expect((await refusalsOf(principal)) - before).to.equal(tries);
      });
    }

    it('until he is let in again', async () => {
      const who = broker.glassdome(8);
      const status = async () => (await call(who, 'GET', '/api/auth/me')).status;
      const seen = [await status()];
      await shutOut('glassdome:8');
      seen.push(await status());
      await shutOut('glassdome:8');
      await call(owner, 'PATCH', '/api/principals/glassdome:8', { disabled: false });
      seen.push(await status());
      expect(seen).to.deep.equal([200, 401, 200]);
      const { items } = (await call(owner, 'GET', '/api/audit?action=user.change')).body;
      const told = items
        .map(({ details }: { details: Record<string, unknown> }) => details)
        .filter(({ principal }: Record<string, unknown>) => principal === 'glassdome:8');
      expect(told.map(({ disabled }: { disabled: boolean }) => disabled)).to.deep.equal([false, true, true]);
    });

    it('a service account that is shut out gets no token either, and has its secret still afterwards', async () => {
      const who = await robot('paused');
      const ask = { grant_type: 'client_credentials', client_id: who.id, client_secret: who.secret };
      const trade = async () => (await broker.call(null, 'POST', '/api/auth/token', ask)).status;
      await shutOut(who.principal);
      const seen = [await trade()];
      await call(owner, 'PATCH', `/api/principals/${who.principal}`, { disabled: false });
      seen.push(await trade());
      expect(seen).to.deep.equal([401, 200]);
    });

    it('is told to admins as a list, and refuses what makes no sense', async () => {
      await shutOut('local:target');
      const { items } = (await call(owner, 'GET', '/api/principals/disabled')).body;
      const row = (principal: string) => items.find((i: { principal: string }) => i.principal === principal);
      expect(row('local:target')).to.include({ disabled_by: owner.principal });
      expect(row('glassdome:7')).to.include({ disabled_by: owner.principal });
      await call(owner, 'PATCH', '/api/principals/local:target', { disabled: false });
      const foreign = broker.glassdome(9, 'admin');
      const statuses = [
        await shutOut('nobody'),
        await shutOut('Upper:7'),
        await shutOut(`sa:${NOBODYS}`),
        await shutOut('local:unknown'),
        await call(foreign, 'PATCH', '/api/principals/glassdome:9', { disabled: true }),
      ].map(({ status }) => status);
      expect(statuses).to.deep.equal([400, 400, 404, 404, 409]);
    });
  });

  it('names an unknown key of every body, and an unknown parameter of every address', async () => {
    for (const key of routes.map(keyOf)) {
      const [method, path] = split(key);
      const at = filled(path);
      if (method !== 'GET') {
        const { status, body } = await call(actors.admin, key, at, { no_such_key: 1 });
        expect([key, status, body.code]).to.deep.equal([key, 400, 'invalid_request']);
        expect(
          body.fields.map((f: { field: string }) => f.field),
          key,
        ).to.include('no_such_key');
      }
      // Issuers add what they like, which a client must ignore (RFC 6749).
      if (path.endsWith('/callback')) continue;
      const { status, body } = await call(actors.admin, key, `${at}?no_such_parameter=1`);
      expect([key, status, body.code]).to.deep.equal([key, 400, 'invalid_request']);
      expect(body.detail, key).to.contain('no_such_parameter');
    }
  });

  for (const role of table.ROLES) {
    it(`lists to ${role} what it may see, and resolves what it may read`, async () => {
      const ids = table.RELATIONS.map((relation) => made[role][relation]);
      const listed = new Set<string>();
      let cursor = '';
      do {
        const { body } = await call(actors[role], 'GET', `/api/credentials?limit=200${cursor}`);
        for (const item of body.items) listed.add(item.id);
        cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
      } while (cursor !== '');
      const items = ids.map((id) => ({ id }));
      const resolved = await call(actors[role], 'POST', '/api/credentials/resolve', { items });
      const { variables } = (await call(actors[role], 'GET', '/api/environment')).body;
      const seen = table.RELATIONS.map((relation, n) => {
        const item = resolved.body.items[n];
        const inEnvironment = variables[`${role}_${relation}`] === `value of ${role}_${relation}`;
        return [relation, listed.has(ids[n] ?? ''), item.code ?? item.status, inEnvironment];
      });
      const promised = table.RELATIONS.map((relation) => {
        const sees = table.OF_A_CREDENTIAL.see[role][relation] === 'ok';
        const read = table.RESOLVED[role][relation];
        return [relation, sees, read, table.FILLS[role][relation] === 'yes'];
      });
      expect(seen).to.deep.equal(promised);
      const offered = (await call(actors[role], 'GET', '/api/offers?limit=200')).body.items;
      for (const { id, receiver, variables: asks } of offered) {
        if (receiver !== actors[role].principal) continue;
        const accepted = await call(actors[role], 'POST', `/api/offers/${id}/accept`, { variables: asks });
        expect(accepted.status).to.equal(200);
      }
      const after = (await call(actors[role], 'GET', '/api/environment')).body.variables;
      const fills = table.RELATIONS.filter((relation) => after[`${role}_${relation}`] !== undefined);
      const meant = table.RELATIONS.filter((relation) => table.FILLS[role][relation] !== 'no');
      expect(fills).to.deep.equal(meant);
    });
  }

  for (const role of table.ROLES) {
    for (const relation of table.RELATIONS) {
      it(`lets ${role} with the relation ${relation} do with a credential what the table says`, async () => {
        const id = made[role][relation];
        const seen: string[] = [];
        const promised: string[] = [];
        for (const [key, row] of Object.entries(table.CREDENTIAL_ROUTES)) {
          if (row.deleted) await broker.call(owner.token, 'DELETE', `/api/credentials/${id}`);
          const grants = { grants: granted(relation, actors[role]) };
          const body = key.startsWith('PUT') && key.endsWith('/grants') ? grants : row.body;
          const { status } = await call(actors[role], key, filled(split(key)[1], id), body);
          if (!row.deleted) await broker.call(owner.token, 'POST', `/api/credentials/${id}/restore`);
          const answer = table.OF_A_CREDENTIAL[row.of][role][relation];
          seen.push(`${key} ${status}`);
          promised.push(`${key} ${answer === 'ok' ? row.ok : answer}`);
        }
        expect(seen).to.deep.equal(promised);
      });
    }
  }

  it('answers for what is hidden as for what does not exist', async () => {
    const id = await credential(owner, 'hidden');
    const bodyOf = ({ status, body }: Answer) => ({ status, ...body, request_id: null });
    for (const [key, row] of Object.entries(table.CREDENTIAL_ROUTES)) {
      const path = split(key)[1];
      const body = key.endsWith('/grants') && key.startsWith('PUT') ? { grants: [] } : row.body;
      const hidden = await call(actors.engineer, key, filled(path, id), body);
      const nobodys = await call(actors.engineer, key, filled(path), body);
      expect([key, bodyOf(hidden)]).to.deep.equal([key, bodyOf(nobodys)]);
      expect(hidden.status).to.equal(404);
    }
  });

  it('lets each role do what needs no credential as the table says', async () => {
    for (const [key, row] of Object.entries(table.ROLE_ROUTES)) {
      const seen: number[] = [];
      for (const role of table.ROLES) {
        count += 1;
        const fresh = {
          'POST /api/users': { username: `new-${count}` },
          'POST /api/teams': { name: `new-${count}` },
        };
        const named = key === 'POST /api/service-accounts' ? { name: `new-${count}` } : {};
        const body = { ...row.body, ...(fresh as Record<string, object>)[key], ...named };
        const hasBody = Object.keys(body).length > 0 && !key.startsWith('GET');
        const path = row.path ?? split(key)[1];
        seen.push((await call(actors[role], key, path, hasBody ? body : undefined)).status);
      }
      expect(`${key} ${seen.join(' ')}`).to.equal(`${key} ${row.answers}`);
    }
  });

  it('lets a team be changed and removed as the table says', async () => {
    for (const role of table.ROLES) {
      for (const standing of table.IN_A_TEAM) {
        count += 1;
        const name = `team-${count}`;
        const member = { principal: actors[role].principal, lead: standing === 'lead' };
        const members = standing === 'outside' ? [] : [member];
        await broker.call(owner.token, 'POST', '/api/teams', { name, members });
        const put = await call(actors[role], 'PUT', `/api/teams/${name}/members`, { members });
        const added = await call(actors[role], 'POST', `/api/teams/${name}/members`, {
          principal: 'glassdome:4711',
        });
        const removed = await call(actors[role], 'DELETE', `/api/teams/${name}/members/glassdome:4711`);
        const gone = await call(actors[role], 'DELETE', `/api/teams/${name}`);
        const statuses = [put, added, removed, gone].map(({ status }) => status);
        const answer = table.OF_A_TEAM[role][standing];
        const promised = answer === 'ok' ? [200, 200, 200, 204] : Array(4).fill(Number(answer));
        expect([role, standing, ...statuses]).to.deep.equal([role, standing, ...promised]);
      }
    }
  });

  it('lets an offer be answered as the table says', async () => {
    const giver = await broker.person('giver', 'engineer');
    const offer = async (subject_kind: string, subject: string) => {
      count += 1;
      const id = await credential(giver, `offered_${count}`, { env_names: { [`OFFER_${count}`]: 'value' } });
      const grants = [{ subject_kind, subject, level: 'read' }];
      await broker.call(giver.token, 'PUT', `/api/credentials/${id}/grants`, { grants });
    };
    const idOf = async (who: string, receiver: string) =>
      (await broker.call(who, 'GET', `/api/offers?receiver=${receiver}`)).body.items[0].id;
    const receiver = await broker.person('receiver', 'engineer');
    await offer('user', receiver.principal);
    const others = await broker.account(owner.token, 'of-others');
    await offer('service_account', others.principal);
    const ids = [
      await idOf(receiver.token, receiver.principal),
      await idOf(owner.token, others.principal),
    ] as const;
    for (const role of table.ROLES) {
      const { token } = actors[role];
      count += 1;
      const mine = await broker.account(token, `mine-${count}`);
      const own = mine.id === undefined ? others.principal : mine.principal;
      if (mine.id !== undefined) await offer('service_account', own);
      const ownId = mine.id === undefined ? ids[1] : await idOf(token, own);
      const answer = async (id: string, principal: string) => {
        const statuses: number[] = [];
        for (const [verb, body] of [
          ['accept', { variables: [] }],
          ['decline', {}],
        ] as const) {
          const path = `/api/offers/${id}/${verb}`;
          statuses.push((await call(actors[role], 'POST /', path, { ...body, receiver: principal })).status);
        }
        return statuses;
      };
      const seen = [
        ...(await answer(ids[0], receiver.principal)),
        ...(await answer(ownId, own)),
        ...(await answer(ids[1], others.principal)),
      ];
      const row = table.ANSWERS_AN_OFFER[role];
      const promised = [row.to_another, row.to_own_account, row.to_anothers_account].map(Number);
      expect([role, ...seen]).to.deep.equal([role, ...promised.flatMap((status) => [status, status])]);
    }
  });

  it("lets another's service account be reset and revoked as the table says", async () => {
    for (const role of table.ROLES) {
      count += 1;
      const { id } = await broker.account(owner.token, `other-${count}`);
      const reset = await call(actors[role], 'POST', `/api/service-accounts/${id}/reset-secret`);
      const revoked = await call(actors[role], 'DELETE', `/api/service-accounts/${id}`);
      const { answer } = table.OF_ANOTHERS_ACCOUNT[role];
      const promised = answer === 'ok' ? [200, 204] : [Number(answer), Number(answer)];
      expect([role, reset.status, revoked.status]).to.deep.equal([role, ...promised]);
    }
  });

  describe('acts at once', () => {
    it('when a person is disabled, or gets a lower role: no renewal, or one with the new role', async () => {
      const renewed = async (who: SignedIn) =>
        broker.call(null, 'POST', '/api/auth/token', {
          grant_type: 'refresh_token',
          refresh_token: who.refreshToken,
        });
      const ines = await broker.person('ines', 'architect');
      await broker.call(owner.token, 'PATCH', '/api/users/ines', { disabled: true });
      expect((await renewed(ines)).status).to.equal(401);
      const jana = await broker.person('jana', 'admin');
      await broker.call(owner.token, 'PATCH', '/api/users/jana', { role: 'engineer' });
      const { body } = await renewed(jana);
      expect((await broker.call(body.access_token, 'GET', '/api/auth/me')).body.role).to.equal('engineer');
    });

    it('when a person logs out or changes his password: that login, or his others', async () => {
      const hans = await broker.person('hans', 'engineer');
      const other = await broker.signIn('hans', 'long-enough-hans');
      const change = { current_password: 'long-enough-hans', new_password: 'another-one-of-hans' };
      expect((await call(hans, 'POST', '/api/auth/password', change)).status).to.equal(204);
      expect((await call(other, 'GET', '/api/auth/me')).status).to.equal(401);
      expect((await call(hans, 'GET', '/api/auth/me')).status).to.equal(200);
      expect((await call(hans, 'POST', '/api/auth/logout')).status).to.equal(204);
      expect((await call(hans, 'GET', '/api/auth/me')).status).to.equal(401);
    });

    it('when a service account is revoked, or its secret is reset', async () => {
      const robot = await broker.account(owner.token, 'mortal');
      const ask = { grant_type: 'client_credentials', client_id: robot.id, client_secret: robot.secret };
      const reset = await call(owner, 'POST', `/api/service-accounts/${robot.id}/reset-secret`);
      expect((await broker.call(null, 'POST', '/api/auth/token', ask)).status).to.equal(401);
      const again = { ...ask, client_secret: reset.body.client_secret };
      expect((await broker.call(null, 'POST', '/api/auth/token', again)).status).to.equal(200);
      const { items } = (await call(owner, 'GET', '/api/service-accounts')).body;
      expect(items.find((a: { id: string }) => a.id === robot.id).last_used_at).to.be.a('string');
      await call(owner, 'DELETE', `/api/service-accounts/${robot.id}`);
      expect((await call(robot, 'GET', '/api/auth/me')).status).to.equal(401);
    });

    it('when a grant ends, is taken back, or its team goes', async () => {
      const ida = await broker.person('ida', 'engineer');
      const id = await credential(owner, 'lent');
      const at = `/api/credentials/${id}`;
      const lend = (grants: object[]) => broker.call(owner.token, 'PUT', `${at}/grants`, { grants });
      const read = async () => (await call(ida, 'GET', `${at}/secret`)).status;
      const mine = { subject_kind: 'user', subject: 'local:ida', level: 'read' };
      const statuses = [await read()];
      await lend([mine]);
      statuses.push(await read());
      await lend([{ ...mine, expires_at: '2026-01-01T00:00:00Z' }]);
      statuses.push(await read());
      await lend([mine]);
      await lend([]);
      statuses.push(await read());
      await broker.call(owner.token, 'POST', '/api/teams', {
        name: 'short',
        members: [{ principal: 'local:ida' }],
      });
      await lend([{ subject_kind: 'team', subject: 'short', level: 'read' }]);
      statuses.push(await read());
      await broker.call(owner.token, 'DELETE', '/api/teams/short');
      statuses.push(await read());
      expect(statuses).to.deep.equal([404, 200, 404, 404, 200, 404]);
      await broker.call(owner.token, 'POST', '/api/teams', {
        name: 'short',
        members: [{ principal: 'local:ida' }],
      });
      expect(await read()).to.equal(404);
    });
  });
});
