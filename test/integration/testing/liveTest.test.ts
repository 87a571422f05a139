import { expect } from 'chai';
import pg from 'pg';
import { type BrokerSystem, type SignedIn, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { eventually } from '../../support/eventually.js';
import { type Simulator, startSimulator } from '../../support/services/simulator.js';

const CANARY = 'canary-of-a-live-test';

interface Sent {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: looked at field by field
  data: any;
}

describe('a test that is followed', function () {
  this.timeout(120_000);
  let broker: BrokerSystem;
  let service: Simulator;
  let owner: pg.Client;
  let anna: SignedIn;

  before(async () => {
    broker = await startBrokerSystem();
    service = await startSimulator({
      answer: ({ headers }) => ({ status: headers['x-api-key'] === CANARY ? 200 : 401, body: {} }),
    });
    owner = new pg.Client({ connectionString: broker.database.ownerUrl });
    await owner.connect();
    anna = await broker.person('anna', 'engineer');
  });
  after(async () => {
    await owner.end();
    await service.close();
    await broker.stop();
  });

  const fields = (change: object = {}) => ({
    api_key: CANARY,
    test_url: `${service.url}/whoami`,
    test_headers: 'X-Api-Key: {api_key}',
    ca_cert_pem: service.ca,
    ...change,
  });
  const unsaved = (change: object = {}) => ({
    service_type: 'other',
    fields: fields(change),
    secret_fields: ['api_key'],
  });
  const open = (path: string, body: object, signal?: AbortSignal) =>
    fetch(`${broker.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${anna.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify(body),
      ...(signal && { signal }),
    });
  const follow = async (path: string, body: object): Promise<Sent[]> => {
    const answer = await open(path, body);
    expect(answer.headers.get('content-type')).to.contain('text/event-stream');
    const text = await answer.text();
    expect(text).not.to.contain(CANARY);
    return text
      .split('\n\n')
      .filter((block) => block !== '')
      .map((block) => {
        const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        return { event, data: JSON.parse(data) };
      });
  };
  const stepsOf = (sent: Sent[]) =>
    sent.filter(({ event }) => event === 'step').map(({ data }) => `${data.step} ${data.state}`);
  const stored = async (name: string) =>
    (await broker.call(anna.token, 'POST', '/api/credentials', { ...unsaved(), name, test: 'skip' })).body
      .id as string;

  it('shows each step as it ends, and then exactly the answer without steps', async () => {
    const sent = await follow('/api/credentials/test', unsaved());
    expect(stepsOf(sent)).to.deep.equal([
      'settings running',
      'settings ok',
      'name running',
      'name ok',
      'address running',
      'address ok',
      'tls running',
      'tls ok',
      'service running',
      'service ok',
      'authentication running',
      'authentication ok',
      'permission ok',
      'quota ok',
    ]);
    const { duration_ms: _then, ...result } = sent.at(-1)?.data ?? {};
    expect(sent.at(-1)?.event).to.equal('result');
    const plain = await broker.call(anna.token, 'POST', '/api/credentials/test', unsaved());
    const { duration_ms: _now, ...expected } = plain.body;
    expect(result).to.deep.equal(expected);
    expect(plain.headers.get('content-type')).to.contain('application/json');
  });

  it('ends at the step that failed', async () => {
    const wrong = await follow('/api/credentials/test', unsaved({ api_key: 'wrong' }));
    expect(stepsOf(wrong).slice(-3)).to.deep.equal([
      'authentication failed',
      'permission skipped',
      'quota skipped',
    ]);
    const untrusted = await follow('/api/credentials/test', unsaved({ ca_cert_pem: undefined }));
    expect(stepsOf(untrusted).slice(5)).to.deep.equal([
      'address ok',
      'tls running',
      'tls failed',
      'service skipped',
      'authentication skipped',
      'permission skipped',
      'quota skipped',
    ]);
    const unknown = unsaved({ test_url: 'https://no-such-host.invalid/' });
    expect(stepsOf(await follow('/api/credentials/test', unknown)).slice(0, 4)).to.deep.equal([
      'settings running',
      'settings ok',
      'name running',
      'name failed',
    ]);
  });

  it('of a stored credential is kept like any other, and an error is its problem document', async () => {
    const id = await stored('Lab');
    const sent = await follow(`/api/credentials/${id}/test`, {});
    expect(sent.at(-1)?.data).to.deep.include({ code: 'ok', health: 'ok' });
    const { body } = await broker.call(anna.token, 'GET', `/api/credentials/${id}/tests`);
    expect(body.items).to.have.lengthOf(1);
    const [problem, ...more] = await follow('/api/credentials/0b2f7d3e-3c53-4c0e-9a53-1d5c1f0a6a10/test', {});
    expect(more).to.deep.equal([]);
    expect(problem?.event).to.equal('problem');
    expect(problem?.data).to.deep.include({ code: 'not_found', status: 404 });
  });

  it('ends when its reader goes away, proves nothing then, and is audited', async () => {
    const id = await stored('Slow');
    service.delayMs = 8_000;
    try {
      for (const [path, body] of [
        [`/api/credentials/${id}/test`, {}],
        ['/api/credentials/test', unsaved()],
      ] as const) {
        const leaving = new AbortController();
        const asked = service.seen.length;
        const answer = await open(path, body, leaving.signal);
        const reader = answer.body?.getReader();
        await reader?.read();
        await eventually('a connection', async () => service.openConnections() || undefined);
        leaving.abort();
        await reader?.read().catch(() => undefined);
        const wanted = path.includes(id) ? 1 : 2;
        const rows = await eventually('the audit row', async () => {
          const found = await owner.query(
            `select details from broker.audit_events where code = 'abandoned' order by at desc`,
          );
          return found.rows.length >= wanted ? found.rows : undefined;
        });
        expect(JSON.stringify(rows[0].details)).to.contain('127.0.0.1');
        expect(service.seen.length - asked).to.be.at.most(1);
      }
      const { body } = await broker.call(anna.token, 'GET', `/api/credentials/${id}`);
      expect(body.health).to.equal('unchecked');
    } finally {
      service.delayMs = 0;
    }
  });
});
