import { expect } from 'chai';
import pg from 'pg';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';

interface Message {
  id: number;
  kind: string;
  data: { credential?: { name: string } } & Record<string, unknown>;
}

/** What a reader hears until `count` events have come, or the stream ends. */
async function hear(
  broker: BrokerSystem,
  who: SignedIn,
  from: { lastEventId?: number; after?: number; count: number; meanwhile?: () => Promise<unknown> },
): Promise<{ events: Message[]; first: number; ids: number[] }> {
  const stop = new AbortController();
  const query = from.after === undefined ? '' : `?after=${from.after}`;
  const answer = await fetch(`${broker.url}/api/events${query}`, {
    headers: {
      authorization: `Bearer ${who.token}`,
      ...(from.lastEventId !== undefined && { 'last-event-id': String(from.lastEventId) }),
    },
    signal: stop.signal,
  });
  expect(answer.headers.get('content-type')).to.include('text/event-stream');
  const [events, ids]: [Message[], number[]] = [[], []];
  let [first, open] = [Number.NaN, ''];
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    open += decoder.decode(chunk, { stream: true });
    for (let end = open.indexOf('\n\n'); end >= 0; end = open.indexOf('\n\n')) {
      const block = open.slice(0, end);
      open = open.slice(end + 2);
      const id = Number(/^id: (\d+)$/m.exec(block)?.[1]);
      const data = /^data: (.*)$/m.exec(block)?.[1];
      ids.push(id);
      if (Number.isNaN(first)) {
        first = id;
        await from.meanwhile?.();
      }
      if (data !== undefined)
        events.push({ id, kind: /^event: (.*)$/m.exec(block)?.[1] ?? '', data: JSON.parse(data) });
    }
    if (events.length >= from.count) break;
  }
  stop.abort();
  return { events, first, ids };
}

describe('the feed of changes', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let anna: SignedIn;
  let ben: SignedIn;
  let count = 0;
  const kinds = (events: Message[]) => events.map(({ kind }) => kind);

  const create = async (who = anna): Promise<string> => {
    const body = { name: `lab ${++count}`, service_type: 'other', fields: { key: 'v1' } };
    return (await broker.call(who.token, 'POST', '/api/credentials', body)).body.id as string;
  };
  const change = (id: string, path: string, body: object, method = 'POST') =>
    broker.call(anna.token, method, `/api/credentials/${id}${path}`, body);

  before(async () => {
    broker = await startBrokerSystem();
    anna = await broker.person('anna', 'engineer');
    ben = await broker.person('ben', 'engineer');
  });
  after(() => broker.stop());

  it('tells each change at once, in order, with no value in it', async () => {
    const { events } = await hear(broker, anna, {
      count: 6,
      meanwhile: async () => {
        const id = await create();
        await change(id, '/rotate', { fields: { key: 'canary-rotated-value' } });
        await change(id, '', { fields: { key: 'canary-changed-value' } }, 'PATCH');
        await change(id, '', { name: `named ${count}` }, 'PATCH');
        await change(id, '/versions/1/activate', {});
        await broker.call(anna.token, 'DELETE', `/api/credentials/${id}`);
      },
    });
    expect(kinds(events)).to.deep.equal([
      'credential.created',
      'credential.rotated',
      'credential.version_changed',
      'credential.changed',
      'credential.version_changed',
      'credential.deleted',
    ]);
    expect(events[4]?.data).to.include({ version: 1, before: 3 });
    expect(events[0]?.data.credential?.name).to.include(String(count));
    expect(JSON.stringify(events)).to.not.include('canary');
  });

  it('counts those who listen for Prometheus', async () => {
    const streams = async () =>
      /^broker_event_streams (\d+)$/m.exec(await (await fetch(`${broker.url}/metrics`)).text())?.[1];
    const none = () =>
      eventually('nobody listens', async () => ((await streams()) === '0' ? true : undefined));
    await none();
    let meanwhile: string | undefined;
    await hear(broker, anna, {
      count: 1,
      meanwhile: async () => {
        meanwhile = await streams();
        await create();
      },
    });
    expect(meanwhile).to.equal('1');
    await none();
  });

  it('goes on from the last one that was heard, whatever came meanwhile', async () => {
    const { first } = await hear(broker, anna, { count: 0 });
    const id = await create();
    await change(id, '/rotate', { fields: { key: 'v2' } });
    const one = await hear(broker, anna, { lastEventId: first, count: 1 });
    expect(kinds(one.events).slice(0, 1)).to.deep.equal(['credential.created']);
    const rest = await hear(broker, anna, { after: one.events[0]?.id ?? 0, count: 1 });
    expect(kinds(rest.events)).to.deep.equal(['credential.rotated']);
  });

  it('tells only what the listener may see', async () => {
    const { first } = await hear(broker, ben, { count: 0 });
    const hidden = await create();
    await change(hidden, '/rotate', { fields: { key: 'v2' } });
    const shared = await create();
    const grants = [{ subject_kind: 'user', subject: ben.principal, level: 'use' }];
    await change(shared, '/grants', { grants }, 'PUT');
    await change(shared, '/rotate', { fields: { key: 'v2' } });
    const { events } = await hear(broker, ben, { lastEventId: first, count: 3 });
    expect(events.map(({ data }) => data.credential?.name)).to.deep.equal(
      Array.from({ length: 3 }, () => `lab ${count}`),
    );
    const all = await hear(broker, broker.admin, { lastEventId: first, count: 5 });
    expect(all.events.length).to.equal(5);
  });

  it('tells those to whom access was given, in whatever way, and those from whom it was taken', async () => {
    const mia = await broker.person('mia', 'engineer');
    const { first } = await hear(broker, mia, { count: 0 });
    const id = await create();
    const why = { 'x-break-glass-reason': 'a drill' };
    const grant = async (...grants: object[]) => {
      // Only an admin grants to a role.
      const who = JSON.stringify(grants).includes('"role"') ? broker.admin : anna;
      const path = `/api/credentials/${id}/grants`;
      expect((await broker.call(who.token, 'PUT', path, { grants }, why)).status).to.equal(200);
    };
    const mine = { subject_kind: 'user', subject: mia.principal, level: 'use' };
    const teams = async (members: string[]) => {
      const body = { members: members.map((principal) => ({ principal })) };
      const { status } = await broker.call(broker.admin.token, 'PUT', '/api/teams/red/members', body, why);
      expect(status).to.equal(200);
    };
    await broker.call(broker.admin.token, 'POST', '/api/teams', { name: 'red' });
    await teams([anna.principal]);
    await grant(mine);
    await grant({ ...mine, level: 'read' }, { subject_kind: 'user', subject: ben.principal, level: 'read' });
    await grant({ ...mine, level: 'read' });
    await grant({ subject_kind: 'team', subject: 'red', level: 'read' });
    await teams([anna.principal, mia.principal]);
    await change(id, '', { name: `hidden from mia ${count}` }, 'PATCH');
    await broker.call(broker.admin.token, 'DELETE', '/api/teams/red');
    await grant({ subject_kind: 'role', subject: 'engineer', level: 'use' });
    await grant();
    const { events } = await hear(broker, mia, { lastEventId: first, count: 7 });
    const told = events.map(({ kind, data }) => `${kind} ${data['to'] ?? ''} ${data['level'] ?? ''}`.trim());
    expect(told).to.deep.equal([
      'credential.granted user:local:mia use',
      'credential.granted user:local:mia read',
      'credential.revoked user:local:mia read',
      'credential.granted team:red read',
      'credential.revoked team:red read',
      'credential.granted role:engineer use',
      'credential.revoked role:engineer use',
    ]);
    // Of what is not hers any more she hears the id, and not what it is called now.
    expect(JSON.stringify(events)).to.include(id).and.not.include('hidden from mia');
    const all = await hear(broker, anna, { lastEventId: first, count: 11 });
    expect(kinds(all.events).filter((kind) => kind === 'credential.granted')).to.have.length.greaterThan(4);
  });

  it('tells of a reset when what was missed is no longer kept, or the number is of another database', async () => {
    await create();
    const { first: newest } = await hear(broker, anna, { count: 0 });
    const later = await hear(broker, anna, { lastEventId: newest + 1000, count: 1 });
    expect([kinds(later.events), later.events[0]?.id]).to.deep.equal([['reset'], newest]);
    const owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    await owner.query('delete from broker.events where number < $1', [newest]);
    await owner.end();
    const old = await hear(broker, anna, { lastEventId: newest - 2, count: 1 });
    expect([kinds(old.events), old.events[0]?.id]).to.deep.equal([['reset'], newest]);
    const kept = await hear(broker, anna, { lastEventId: newest - 1, count: 1 });
    expect([kinds(kept.events), kept.events[0]?.id]).to.deep.equal([['credential.created'], newest]);
  });

  it('goes through a long time in which nothing was for the reader in stretches, and tells how far he is', async () => {
    const [ida, hidden] = [await broker.person('ida', 'engineer'), await create()];
    const { first } = await hear(broker, ida, { count: 0 });
    const owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    await owner.query(
      `insert into broker.events (credential_id, kind, details)
       select $1, 'credential.changed', '{}' from generate_series(1, 10010)`,
      [hidden],
    );
    await owner.end();
    await create(ida);
    const { events, ids } = await hear(broker, ida, { lastEventId: first, count: 1 });
    expect(kinds(events)).to.deep.equal(['credential.created']);
    expect(ids).to.deep.equal([first, first + 5_000, first + 10_000, events[0]?.id]);
  });

  it('tells no number beyond events that are still to come', async () => {
    const { first } = await hear(broker, anna, { count: 0 });
    await create();
    const { ids } = await hear(broker, anna, { lastEventId: first, count: 1 });
    expect(ids[0]).to.equal(first);
  });

  it('ends when the account does, before it tells anything more', async () => {
    const eve = await broker.person('eve', 'engineer');
    const grant = { subject_kind: 'user', subject: eve.principal, level: 'use' };
    const id = await create();
    const { events } = await hear(broker, eve, {
      count: 1,
      meanwhile: async () => {
        await broker.call(broker.admin.token, 'PATCH', '/api/users/eve', { disabled: true });
        await change(id, '/grants', { grants: [grant] }, 'PUT');
      },
    });
    expect(events).to.deep.equal([]);
  });

  it('never passes a change whose transaction ends later than one with a higher number', async () => {
    const { first } = await hear(broker, anna, { count: 0 });
    const id = await create();
    const slow = new pg.Client({ connectionString: broker.database.appUrl });
    await slow.connect();
    await slow.query('begin');
    await slow.query(
      `insert into broker.events (credential_id, kind, details) values ('${id}', 'credential.changed', '{}')`,
    );
    await change(id, '/rotate', { fields: { key: 'v2' } });
    const early = await hear(broker, anna, { lastEventId: first, count: 2 });
    expect(kinds(early.events), 'nothing waits for it').to.deep.equal([
      'credential.created',
      'credential.rotated',
    ]);
    await slow.query('commit');
    await slow.end();
    const late = await hear(broker, anna, { lastEventId: early.events.at(-1)?.id ?? 0, count: 1 });
    expect(kinds(late.events)).to.deep.equal(['credential.changed']);
    const numbers = [...early.events, ...late.events].map((event) => event.id);
    expect(numbers).to.deep.equal([first + 1, first + 2, first + 3]);
  });

  it('has forty places for a caller, of which one who does not read loses his', async () => {
    const kim = await broker.person('kim', 'engineer');
    const id = await create(kim);
    const { first } = await hear(broker, kim, { count: 0 });
    const owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    const text = `insert into broker.events (credential_id, kind, details)
                  select $1, 'credential.changed', jsonb_build_object('x', repeat('x', 150000)) from generate_series(1, 200)`;
    await owner.query(text, [id]);
    await owner.end();
    const stop = new AbortController();
    const follow = (who: SignedIn, after = '') => {
      const headers = { authorization: `Bearer ${who.token}` };
      return fetch(`${broker.url}/api/events${after}`, { headers, signal: stop.signal });
    };
    const readers: Response[] = [];
    await eventually('all places but one', async () => {
      const answer = await follow(kim);
      if (answer.status === 200) readers.push(answer);
      return readers.length === 39 ? true : undefined;
    });
    const unread = await follow(kim, `?after=${first}`);
    expect(unread.status).to.equal(200);
    const more = await follow(kim);
    expect([more.status, more.headers.get('retry-after')]).to.deep.equal([429, '60']);
    expect((await follow(ben)).status).to.equal(200);
    await eventually('a free place', async () => ((await follow(kim)).status === 200 ? true : undefined));
    expect((await follow(kim)).status).to.equal(429);
    stop.abort();
  });

  it('refuses a number that is none', async () => {
    for (const headers of [{ 'last-event-id': 'x' }, { 'last-event-id': '-1' }])
      expect((await broker.call(anna.token, 'GET', '/api/events', undefined, headers)).status).to.equal(400);
    expect((await broker.call(anna.token, 'GET', '/api/events?after=-1')).status).to.equal(400);
  });
});
