import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import { loadConfig } from '../../../src/config/config.js';
import type { ReconcileReport } from '../../../src/usecases/reconcile/reconcileReport.js';
import { wire } from '../../../src/wire.js';
import { tasksOf } from '../../../src/worker/tasks.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { testPostgres } from '../../support/broker/parts.js';
import { rememberingLog } from '../../support/services/vaultSetup.js';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
const VALUE = 'the-stored-value';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe('Postgres and Vault after something went wrong between them', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;

  before(async () => {
    parts = await startBrokerParts();
    broker = await startBrokerProcess(parts);
  });
  after(async () => {
    await broker.kill();
    await parts.stop();
  });

  async function call(method: string, path: string, body?: unknown, key?: string): Promise<Answer> {
    const answer = await fetch(`${broker.base}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${broker.token(7)}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
  const bodyOf = (name: string, value = VALUE) => ({
    name,
    service_type: 'openai',
    fields: { api_key: value },
    env_names: {},
  });
  const read = async (id: string) => (await call('GET', `/credentials/${id}/secret`)).status;

  async function stored(name: string): Promise<{ id: string; path: string }> {
    const { body } = await call('POST', '/credentials', bodyOf(name));
    return { id: String(body['id']), path: await pathOf(String(body['id'])) };
  }
  const pathOf = async (id: string) =>
    String((await rows(`select vault_path from broker.credentials where id = '${id}'`))[0]?.['vault_path']);
  const rotated = (id: string) =>
    call('POST', `/credentials/${id}/rotate`, { fields: { api_key: randomUUID() } });

  async function rows(sql: string): Promise<Record<string, unknown>[]> {
    const owner = new pg.Client({ connectionString: parts.database.ownerUrl });
    await owner.connect();
    const results = await owner.query(sql).finally(() => owner.end());
    return (Array.isArray(results) ? results.at(-1) : results).rows;
  }

  /** As somebody with Vault's own console: the answer's `data`, or null when nothing is there. */
  async function vault(method: string, path: string): Promise<Record<string, unknown> | null> {
    const url = `${parts.vault.address}/v1/glassdome-credentials/${path}`;
    const answer = await fetch(url, { method, headers: { 'X-Vault-Token': parts.vault.rootToken } });
    if (answer.status === 404 || answer.status === 204) return null;
    return ((await answer.json()) as { data: Record<string, unknown> }).data;
  }
  const versionsOf = async (path: string) =>
    Object.keys(((await vault('GET', `metadata/${path}`))?.['versions'] as object | undefined) ?? {});

  /** The command, as a person runs it. */
  async function reconciled(words: string[], databaseUrl = parts.database.appUrl): Promise<ReconcileReport> {
    const env = { PATH: process.env['PATH'], ...parts.env, DATABASE_URL: databaseUrl };
    const args = [main, 'reconcile', '--grace-minutes', '0', ...words];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return JSON.parse(stdout) as ReconcileReport;
  }

  const destroyed = async (): Promise<unknown> => {
    const env = { PATH: process.env['PATH'], ...parts.env };
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'destroyer', '--once'], { env });
    return JSON.parse(stdout);
  };

  it('refuses every read from the first moment of a destruction, while Vault still has the value', async () => {
    const { id, path } = await stored('to be destroyed');
    await call('DELETE', `/credentials/${id}`);
    expect(await read(id)).to.equal(404);
    expect((await call('POST', `/credentials/${id}/destroy`)).status).to.equal(202);
    expect((await vault('GET', `data/${path}`))?.['data']).to.include({ api_key: VALUE });
    expect(await read(id)).to.equal(404);
    const resolved = await call('POST', '/credentials/resolve', { items: [{ id }], used_by: 'test' });
    expect(resolved.body['items']).to.have.nested.property('[0].code', 'not_found');
    expect(JSON.stringify(resolved.body)).to.not.contain(VALUE);
    expect((await call('POST', `/credentials/${id}/restore`)).status).to.equal(404);
    expect((await reconciled([])).toDestroy).to.deep.equal([id]);
    expect(await destroyed()).to.deep.equal({ destroyed: 1, failed: 0, waiting: 0 });
    expect(await vault('GET', `metadata/${path}`)).to.equal(null);
    expect(await rows(`select status from broker.credentials where id = '${id}'`)).to.deep.equal([
      { status: 'destroyed' },
    ]);
    expect(await read(id)).to.equal(404);
  });

  it('keeps the value of a row that somebody deleted by hand, and tells of it each time', async () => {
    const { id, path } = await stored('deleted by hand');
    const parents = [
      'credential_versions',
      'write_intents',
      'grants',
      'notifications',
      'credential_last_use',
    ];
    const children = parents.map((table) => `delete from broker.${table} where credential_id = '${id}'`);
    await rows([...children, `delete from broker.credentials where id = '${id}'`].join('; '));
    expect(await read(id)).to.equal(404);
    for (const words of [['--dry-run'], [], []]) {
      const { orphans, toDestroy } = await reconciled(words);
      expect({ orphans, toDestroy }).to.deep.equal({ orphans: [path], toDestroy: [] });
      expect((await vault('GET', `data/${path}`))?.['data']).to.include({ api_key: VALUE });
    }
    expect(await toldByWorker()).to.include({ level: 'warn', orphans: 1, missing: 0 });
    await vault('DELETE', `metadata/${path}`);
    expect(await toldByWorker()).to.include({ level: 'info', orphans: 0, missing: 0 });
  });

  /** What the worker's task logs of its run. */
  async function toldByWorker(): Promise<Record<string, unknown>> {
    const system = await wire(loadConfig(parts.env));
    const log = rememberingLog();
    await tasksOf({ ...system, ports: { ...system.ports, log } })['reconcile']?.(
      {},
      new AbortController().signal,
    );
    await system.close();
    const [line] = log.lines.filter(({ event }) => event === 'reconciled');
    return { level: line?.level, ...line?.fields };
  }

  it('lists what an older Postgres does not know, and destroys nothing of it', async () => {
    const before = await stored('in the backup');
    const gone = await stored('deleted after the backup');
    const older = `older_${randomBytes(4).toString('hex')}`;
    await broker.kill('SIGTERM');
    const { asSuper } = await testPostgres();
    const current = new URL(parts.database.appUrl).pathname.slice(1);
    await asSuper(`create database ${older} template ${current} owner broker_owner`);
    broker = await startBrokerProcess(parts);
    for (let i = 0; i < 3; i += 1) expect((await rotated(before.id)).status).to.equal(200);
    const after = await stored('made after the backup');
    await call('DELETE', `/credentials/${gone.id}`);
    const held = async () => ({
      before: await vault('GET', `metadata/${before.path}`),
      after: await vault('GET', `metadata/${after.path}`),
      gone: await vault('GET', `metadata/${gone.path}`),
    });
    const found = await held();
    const { drift, orphans, toDestroy, missing, failed } = await reconciled(
      ['--dry-run'],
      parts.database.appUrl.replace(current, older),
    );
    expect({ drift, orphans, toDestroy, missing, failed }).to.deep.equal({
      drift: [{ credentialId: before.id, recorded: 1, found: 4 }],
      orphans: [after.path],
      toDestroy: [],
      missing: [],
      failed: [],
    });
    expect(await held()).to.deep.equal(found);
    // Nor does the worker of a broker that was started on it without a look at the report.
    expect(await reconciled([], parts.database.appUrl.replace(current, older))).to.deep.include({
      orphans: [after.path],
      toDestroy: [],
    });
    expect(await versionsOf(before.path)).to.deep.equal(['1', '2', '3', '4']);
    expect(await versionsOf(after.path)).to.deep.equal(['1']);
  });

  it('does one thing for one Idempotency-Key that comes twice at once, and refuses it for another body', async () => {
    const PAIRS = 10;
    let together = 0;
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const name = `pair ${pair}`;
      const key = randomUUID();
      const create = (value = VALUE) => call('POST', '/credentials', bodyOf(name, value), key);
      const both = await Promise.all([create(), create()]);
      const statuses = both.map(({ status }) => status).sort();
      expect(statuses).to.satisfy(
        ([first, second]: number[]) => first === 201 && [201, 409].includes(second ?? 0),
      );
      const waits = both.find(({ status }) => status === 409);
      if (waits !== undefined) {
        together += 1;
        expect(waits.body['code']).to.equal('idempotency_in_progress');
      }
      const replay = await create();
      const made = both.find(({ status }) => status === 201)?.body['id'];
      expect([replay.status, replay.body['id']]).to.deep.equal([201, made]);
      const other = await create('another-value');
      expect([other.status, other.body['code']]).to.deep.equal([422, 'idempotency_key_reused']);
      expect(await versionsOf(await pathOf(String(made)))).to.deep.equal(['1']);
      const named = await rows(`select count(*)::int as n from broker.credentials where name = '${name}'`);
      expect(named).to.deep.equal([{ n: 1 }]);
    }
    expect(together).to.be.greaterThan(0);
  });
});
