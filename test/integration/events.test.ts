import { expect } from 'chai';
import pg from 'pg';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../support/brokerSystem.js';

interface Told {
  id: number;
  kind: string;
  data: { credential?: { name: string } } & Record<string, unknown>;
}

/** What a reader hears until `count` events have come, or the stream ends. */
async function hear(
  broker: BrokerSystem,
  who: SignedIn,
  from: { lastEventId?: number; after?: number; count: number; meanwhile?: () => Promise<unknown> },
): Promise<{ events: Told[]; first: number }> {
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
  const events: Told[] = [];
  let [first, open] = [Number.NaN, ''];
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    open += decoder.decode(chunk, { stream: true });
    for (let end = open.indexOf('\n\n'); end >= 0; end = open.indexOf('\n\n')) {
      const block = open.slice(0, end);
      open = open.slice(end + 2);
      const id = Number(/^id: (\d+)$/m.exec(block)?.[1]);
      const data = /^data: (.*)$/m.exec(block)?.[1];
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
  return { events, first };
}

describe('the feed of changes', function () {
  this.timeout(60_000);
  let broker: BrokerSystem;
  let anna: SignedIn;
  let ben: SignedIn;
  let count = 0;
  const kinds = (events: Told[]) => events.map(({ kind }) => kind);

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
    const { events } = await hear(broker, ben, { lastEventId: first, count: 2 });
    expect(events.map(({ data }) => data.credential?.name)).to.deep.equal([`lab ${count}`, `lab ${count}`]);
    const all = await hear(broker, broker.admin, { lastEventId: first, count: 4 });
    expect(all.events.length).to.equal(4);
  });

  it('ends when the account does', async () => {
    const eve = await broker.person('eve', 'engineer');
    const { events } = await hear(broker, eve, {
      count: 1,
      meanwhile: () => broker.call(broker.admin.token, 'PATCH', '/api/users/eve', { disabled: true }),
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
    const early = await hear(broker, anna, { lastEventId: first, count: 1 });
    expect(kinds(early.events), 'what came before the open transaction').to.deep.equal([
      'credential.created',
    ]);
    await slow.query('commit');
    await slow.end();
    const late = await hear(broker, anna, { lastEventId: early.events[0]?.id ?? 0, count: 2 });
    expect(kinds(late.events)).to.deep.equal(['credential.changed', 'credential.rotated']);
  });

  it('refuses a number that is none', async () => {
    for (const headers of [{ 'last-event-id': 'x' }, { 'last-event-id': '-1' }])
      expect((await broker.call(anna.token, 'GET', '/api/events', undefined, headers)).status).to.equal(400);
    expect((await broker.call(anna.token, 'GET', '/api/events?after=-1')).status).to.equal(400);
  });
});
