import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import { freePort } from '../../../local/process/child.js';
import { loadConfig } from '../../../src/config/config.js';
import { Secret } from '../../../src/domain/secret.js';
import type { WorkerPorts } from '../../../src/ports/ports.js';
import { auditEvent } from '../../../src/usecases/gate/auditEvent.js';
import { systemCall } from '../../../src/usecases/gate/systemCall.js';
import { openTarget, sealTarget } from '../../../src/usecases/notices/channelTarget.js';
import { rewrapChannels } from '../../../src/usecases/notices/rewrapChannels.js';
import { type System, type WorkerSystem, wire, wireWorker } from '../../../src/wire.js';
import { SCHEDULES } from '../../../src/worker/schedules.js';
import { tasksOf } from '../../../src/worker/tasks.js';
import { startWorker } from '../../../src/worker/worker.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { startWorkerProcess, type WorkerProcess } from '../../support/broker/workerProcess.js';
import { eventually } from '../../support/eventually.js';
import { rejection, rememberingLog } from '../../support/services/vaultSetup.js';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
const PATH = 'openai/one-00000001';

describe('a process that is a worker alone', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let env: Record<string, string>;
  let api: System;
  let worker: WorkerSystem;
  let owner: pg.Client;
  let child: WorkerProcess | undefined;

  before(async () => {
    parts = await startBrokerParts();
    const logins = /^VAULT_(?:USERS_)?(?:ROLE_ID|SECRET_ID_FILE)$/;
    env = Object.fromEntries(Object.entries(parts.env).filter(([name]) => !logins.test(name)));
    api = await wire(loadConfig(parts.env));
    worker = await wireWorker(loadConfig(env));
    owner = new pg.Client({ connectionString: parts.database.ownerUrl });
    await owner.connect();
  });
  after(async () => {
    await child?.stop();
    await Promise.all([api.close(), worker.close()]);
    await owner.end();
    await parts.stop();
  });

  it('reads what the API stored, opens what it sealed, moves it to the newest key, compares what it fingerprinted', async () => {
    const values = { settings: { region: 'eu' }, secrets: { api_key: new Secret('canary-key') } };
    const { version, createdTime } = await api.ports.store.write(PATH, values, 0);
    const read = await worker.ports.store.read(PATH, version, createdTime, ['api_key']);
    expect(read.secrets['api_key']?.reveal()).to.equal('canary-key');
    const sealed = await api.ports.sealer.seal(new Secret('canary-target'), 'a test');
    const moved = await worker.ports.sealer.rewrap(sealed);
    expect((await worker.ports.sealer.open(moved, 'a test')).reveal()).to.equal('canary-target');
    const fingerprint = await api.ports.fingerprints.make('a test', 'value');
    expect(await worker.ports.fingerprints.matches('a test', 'value', fingerprint)).to.equal(true);
  });

  it('can write no value, seal nothing of its own, and has nothing that signs tokens or sets passwords', async () => {
    const values = { settings: {}, secrets: { api_key: new Secret('of somebody else') } };
    for (const attempt of [
      () => worker.ports.store.write(PATH, values, 1),
      () => worker.ports.store.write('openai/new-00000002', values, 0),
      () => worker.ports.store.setMetadata(PATH, { maxVersions: 1 }),
      () => worker.ports.store.list(),
      () => worker.ports.sealer.seal(new Secret('of somebody else'), 'a test'),
    ])
      expect(await rejection(attempt())).to.include({ code: 'store_unavailable' });
    expect(worker.ports).not.to.have.any.keys('tokenSigner', 'passwords', 'legacySecrets');
    const reconciler = await worker.reconcilerStore();
    expect(await rejection(reconciler.write(PATH, values, 1))).to.include({ code: 'store_unavailable' });
    expect((await api.ports.store.metadata(PATH))?.currentVersion).to.equal(1);
  });

  it('moves what channels hold to the newest key when it cleans up, once, and it opens as before', async () => {
    const channel = {
      id: randomUUID(),
      name: 'ops',
      kind: 'webhook' as const,
      shownTarget: 'https://hooks.lab',
      minSeverity: 'info' as const,
      kinds: [],
      labels: {},
      events: false,
      team: null,
      quiet: null,
      paused: false,
      recipient: null,
      createdAt: new Date(),
      createdBy: 'local:anna',
    };
    const url = new Secret('https://hooks.lab/canary-path');
    const signingSecret = new Secret('canary-signing');
    const sealedTarget = await sealTarget(api.ports, channel.id, { url, signingSecret });
    await api.ports.changes.run(async (tx) => {
      await tx.insertChannel({ ...channel, sealedTarget });
      tx.audit(auditEvent(systemCall(), 'channel.create', 'allowed'));
    });
    // A mailbox in trouble is shown among the channels, and has no target.
    await owner.query(`insert into broker.notification_channels
      (id, name, kind, sealed_target, shown_target, min_severity, kinds, labels, recipient, last_code, created_at, created_by)
      values (gen_random_uuid(), 'local:anna', 'mail', '', '', 'info', '{}', '{}', 'local:anna', 'refused', now(), 'system')`);
    expect(await rewrapChannels(worker.ports)).to.equal(0);
    const rotated = await fetch(`${parts.vault.address}/v1/transit/keys/broker-seal/rotate`, {
      method: 'POST',
      headers: { 'x-vault-token': parts.vault.rootToken },
    });
    expect(rotated.ok).to.equal(true);
    const log = rememberingLog();
    const told = () => log.lines.filter(({ event }) => event === 'cleaned_up').map(({ fields }) => fields);
    const cleanUp = async (change: Partial<WorkerPorts>) => {
      const task = tasksOf({ ...worker, ports: { ...worker.ports, log, ...change } })['clean_up'];
      await task?.({}, new AbortController().signal);
    };
    const rewrap = () => Promise.reject(new Error('Vault is away'));
    expect(await rejection(cleanUp({ sealer: { ...worker.ports.sealer, rewrap } }))).to.be.an('error');
    // Who waits for the line raises the oldest version that may be opened.
    expect(told()).to.deep.equal([]);
    await cleanUp({});
    expect(told().map(({ rewrapped }) => rewrapped)).to.deep.equal([1]);
    const moved = await worker.ports.outbox.channel(channel.id);
    expect(moved?.sealedTarget.match(/vault:v\d+/g)).to.deep.equal(['vault:v2', 'vault:v2']);
    if (moved === null) throw new Error('the channel is gone');
    const target = await openTarget(worker.ports, moved);
    expect([target.url?.reveal(), target.signingSecret?.reveal()]).to.deep.equal([
      url.reveal(),
      'canary-signing',
    ]);
    expect(await rewrapChannels(worker.ports)).to.equal(0);
    const { rows } = await owner.query(
      "select count(*)::int as n from broker.audit_events where action = 'channel.rewrap'",
    );
    expect(rows[0].n).to.equal(1);
    await api.ports.changes.run(async (tx) => {
      await tx.deleteChannel(channel.id);
      tx.audit(auditEvent(systemCall(), 'channel.delete', 'allowed'));
    });
  });

  it('does all that is due with its two logins', async () => {
    const declared = await startWorker(worker);
    await declared.stop();
    await owner.query(`update broker.worker_schedules set next_due_at = now() - interval '1 second'`);
    await owner.query(
      `update broker.report_schedules set next_due_at = date_trunc('minute', now() - interval '2 minutes')`,
    );
    child = startWorkerProcess({ ...env, LOG_LEVEL: 'info' });
    await child.logged('started');
    const done = await eventually('every task', async () => {
      const { rows } = await owner.query('select task, last_code from broker.worker_tasks order by task');
      return rows.length >= SCHEDULES.length ? rows : undefined;
    });
    expect(done.filter((row) => row.last_code !== 'ok')).to.deep.equal([]);
    expect(child.lines().map(({ message }) => message)).not.to.include('vault_policy_fault');
  });

  it('tells how it is, and nothing else, where a port is named for it', async () => {
    const port = await freePort();
    const listening = startWorkerProcess({ ...env, LOG_LEVEL: 'info', WORKER_PORT: String(port) });
    try {
      expect(await listening.logged('started')).to.have.nested.property('[0].port', port);
      const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      for (const path of ['/readyz', '/livez', '/startupz'])
        expect([path, (await ask(path)).status]).to.deep.equal([path, 200]);
      const told = await (await ask('/metrics')).text();
      for (const role of ['worker', 'reconciler']) {
        const seconds = new RegExp(`^broker_vault_token_seconds\\{role="${role}"\\} (\\d+)$`, 'm').exec(
          told,
        )?.[1];
        expect(Number(seconds), role).to.be.within(60, 1200);
      }
      expect(told)
        .to.match(/^broker_audit_queue_rows 0$/m)
        .and.to.match(/^process_resident_memory_bytes \d+$/m);
      expect(told).not.to.contain('broker_jobs');
      for (const path of ['/api/credentials', '/docs', '/openapi.json', '/.well-known/jwks.json'])
        expect([path, (await ask(path)).status]).to.deep.equal([path, 404]);
      const health = new URL('../../../../deploy/healthcheck.mjs', import.meta.url).pathname;
      const asked = promisify(execFile)(process.execPath, [health, 'worker'], {
        env: { PATH: process.env['PATH'], WORKER_PORT: String(port) },
      });
      expect(await asked).to.include({ stdout: '' });
    } finally {
      await listening.stop();
    }
    expect(child?.lines().find(({ message }) => message === 'started')).not.to.have.property('port');
  });

  it('is no API: that one does not start with the logins of a worker', async () => {
    const started = promisify(execFile)(process.execPath, [main, 'api'], {
      env: { PATH: process.env['PATH'], ...env },
    });
    const refusal = (await rejection(started)) as { code: number; stderr: string };
    expect(refusal.code).to.equal(2);
    expect(refusal.stderr).to.contain('VAULT_ROLE_ID must be set');
  });
});
