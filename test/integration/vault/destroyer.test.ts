import { expect } from 'chai';
import pg from 'pg';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { type BrokerProcess, startBrokerProcess } from '../../support/broker/brokerProcess.js';
import { startWorkerProcess, type WorkerProcess } from '../../support/broker/workerProcess.js';
import { eventually } from '../../support/eventually.js';

describe('destroying in Vault', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let broker: BrokerProcess;
  let owner: pg.Client;
  const workers: WorkerProcess[] = [];

  before(async () => {
    parts = await startBrokerParts();
    broker = await startBrokerProcess(parts);
    owner = new pg.Client({ connectionString: parts.database.ownerUrl });
    await owner.connect();
  });
  after(async () => {
    for (const worker of workers) await worker.stop();
    await owner.end();
    await broker.kill();
    await parts.stop();
  });

  /** Without the login of the destroyer, or with that one alone. */
  const envWith = (pattern: RegExp, keep: boolean) =>
    Object.fromEntries(
      Object.entries(parts.env).filter(
        ([name]) => !/ROLE_ID$|SECRET_ID_FILE$/.test(name) || pattern.test(name) === keep,
      ),
    );
  const call = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${broker.token(7)}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(`${broker.base}${path}`, { method, headers, ...sent });
  };
  async function deleted(name: string, age = '31 days'): Promise<{ id: string; path: string }> {
    const made = await call('POST', '/api/credentials', {
      name,
      service_type: 'openai',
      fields: { api_key: 'k' },
    });
    const { id } = (await made.json()) as { id: string };
    await call('DELETE', `/api/credentials/${id}`);
    const aged = `update broker.credentials set deleted_at = now() - $2::interval where id = $1 returning vault_path`;
    const { rows } = await owner.query(aged, [id, age]);
    return { id, path: rows[0].vault_path };
  }
  /** As if its moment had come while no process ran. */
  const dueNow = (name: string) =>
    owner.query(
      `insert into broker.worker_schedules (name, expression, timezone, next_due_at) values ($1, '*/5 * * * *', 'UTC', now())
       on conflict (name) do update set next_due_at = now()`,
      [name],
    );
  const statusOf = async (id: string) =>
    (await owner.query('select status from broker.credentials where id = $1', [id])).rows[0].status;
  async function inVault(path: string): Promise<boolean> {
    const headers = { 'X-Vault-Token': parts.vault.rootToken };
    const url = `${parts.vault.address}/v1/glassdome-credentials/metadata/${path}`;
    return (await fetch(url, { headers })).status === 200;
  }

  it('is no work of a worker, whose logins cannot do it: it marks what is due, and says that destroying is off', async () => {
    const due = await deleted('due');
    const young = await deleted('young', '29 days');
    await dueNow('reconcile');
    const worker = startWorkerProcess({ ...envWith(/DESTROYER/, false), LOG_LEVEL: 'info' });
    workers.push(worker);
    expect((await worker.logged('destroying_off'))[0]).to.have.property('needs');
    await eventually('the mark', async () => ((await statusOf(due.id)) === 'destroying' ? true : undefined));
    expect(await statusOf(young.id)).to.equal('deleted');
    expect(await inVault(due.path)).to.equal(true);
    const told = await (await fetch(`${broker.base}/metrics`)).text();
    expect(told).to.match(/^broker_destructions_waiting 1$/m);
    await worker.stop();
  });

  it('is the work of a process with that login alone, and it removes only what is marked', async () => {
    const young = await deleted('younger', '29 days');
    const due = (
      await owner.query(`select id, vault_path from broker.credentials where status = 'destroying'`)
    ).rows[0];
    const env = { ...envWith(/DESTROYER/, true), LOG_LEVEL: 'info' };
    expect(Object.keys(env).filter((name) => /SECRET_ID_FILE$/.test(name))).to.have.length(1);
    await dueNow('destroy');
    const destroyer = startWorkerProcess(env, 'destroyer');
    workers.push(destroyer);
    expect(await destroyer.logged('destroyed')).to.have.nested.property('[0].destroyed', 1);
    expect(await statusOf(due.id)).to.equal('destroyed');
    expect(await inVault(due.vault_path)).to.equal(false);
    expect(await inVault(young.path)).to.equal(true);
    const actions = `select details->>'step' as step from broker.audit_events
                     where action = 'credential.destroy' and credential_id = $1 order by at, seq`;
    const steps = (await owner.query(actions, [due.id])).rows.map(({ step }) => step);
    expect(steps).to.include.members(['marked', 'done']);
  });
});
