import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { loadConfig } from '../../../src/config/config.js';
import { createCredential } from '../../../src/usecases/credentials/createCredential.js';
import { deleteCredential, restoreCredential } from '../../../src/usecases/credentials/deleteCredential.js';
import { updateCredential } from '../../../src/usecases/credentials/updateCredential.js';
import { activateVersion } from '../../../src/usecases/credentials/versions.js';
import { readCredential } from '../../../src/usecases/reading/readCredential.js';
import { destroyMarked } from '../../../src/usecases/reconcile/destroyDeleted.js';
import { reconcile } from '../../../src/usecases/reconcile/reconcile.js';
import type { ReconcileReport } from '../../../src/usecases/reconcile/reconcileReport.js';
import { setReportOnly } from '../../../src/usecases/reconcile/restoreMarker.js';
import { type System, wire } from '../../../src/wire.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { runToEnd } from '../../support/broker/cliSystem.js';
import { anna, createBody } from '../../support/broker/killedWork.js';
import { testPostgres } from '../../support/broker/parts.js';
import { anAdmin } from '../../support/worlds/anAdmin.js';
import { anIntent } from '../postgres/postgresSupport.js';

const MAIN = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
const DAY = 86_400_000;

/** An older backup of Postgres under the Vault of today: nothing may be destroyed for what Postgres does not know. */
describe('a broker whose Postgres was brought back from before', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let system: System;
  let now = new Date();
  const ids = { rotated: '', revived: '', intended: '', late: '' };
  const paths: Record<string, string> = {};

  const open = async (databaseUrl: string): Promise<void> => {
    system = await wire(loadConfig({ ...parts.env, DATABASE_URL: databaseUrl }));
  };
  const partsOf = async () => ({
    ...system.ports,
    clock: { now: () => now },
    store: await system.reconcilerStore(),
  });
  const destroy = async () => destroyMarked(await partsOf(), await system.destroyer());
  const settle = async (dryRun = false): Promise<ReconcileReport> =>
    reconcile(await partsOf(), { graceMs: 0, dryRun, drift: 'adopt' });
  const inSuper = async (...statements: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: (await testPostgres()).superUrl });
    await client.connect();
    try {
      for (const text of statements) await client.query(text);
    } finally {
      await client.end();
    }
  };

  async function stored(name: string): Promise<string> {
    const work = { verb: 'create' as const, killAt: 0, id: '', name, host: 'pve.lab', secret: 'v1', key: '' };
    const { credential } = await createCredential(system.ports, anna, createBody(work), { source: 'api' });
    paths[name] = credential.vaultPath;
    return credential.id;
  }
  const rotate = (id: string) =>
    updateCredential(system.ports, anna, id, { fields: { token_value: 'v2' } }, { source: 'api' });
  const secretOf = async (id: string) =>
    (await readCredential(system.ports, anna, id)).values?.secrets['token_value']?.reveal();
  const inVault = async () => {
    const store = await system.reconcilerStore();
    const all = Object.keys(paths).map(async (name) => {
      const { versions, currentVersion } = (await store.metadata(paths[name] ?? '')) ?? {};
      return [name, currentVersion, [...(versions ?? [])]];
    });
    return Promise.all(all);
  };

  before(async () => {
    parts = await startBrokerParts();
    const live = new URL(parts.env['DATABASE_URL'] ?? '');
    await open(live.href);
    for (const name of ['rotated', 'revived', 'intended'] as const) ids[name] = await stored(name);
    await deleteCredential(system.ports, anna, ids.revived);
    await system.ports.changes.run(async (tx) => {
      await tx.openIntent({ ...anIntent(ids.intended), expectedVersion: 2 });
      tx.audit({
        action: 'credential.update_requested',
        outcome: 'allowed',
        actor: 'glassdome:7',
        actorKind: 'user',
        requestId: randomUUID(),
        ip: null,
        credentialId: ids.intended,
        version: 2,
        code: null,
        usedBy: null,
        purpose: null,
        breakGlass: false,
        breakGlassReason: null,
        details: {},
      });
    });
    await system.ports.auditVerifier.checkpoint();
    await system.close();
    // The backup: nobody is connected.
    const name = live.pathname.slice(1);
    await inSuper(`create database ${name}_before template ${name} owner broker_owner`);
    await open(live.href);
    await restoreCredential(system.ports, anna, ids.revived);
    await rotate(ids.rotated);
    ids.late = await stored('late');
    await system.ports.auditVerifier.checkpoint();
    const report = await settle();
    expect(report).to.deep.include({ reportOnly: null, orphans: [], drift: [], failed: [] });
    await system.close();
    live.pathname = `/${name}_before`;
    // When it is brought back, what was deleted then is overdue for its end.
    now = new Date(now.getTime() + 31 * DAY);
    await open(live.href);
  });
  after(async () => {
    await system.close();
    await parts.stop();
  });

  it('notices it, tells what Vault has beyond the rows, and changes nothing there', async () => {
    const before = await inVault();
    const dry = await settle(true);
    expect(dry.reportOnly).to.include({ reason: 'restored' });
    const report = await settle();
    expect(report.reportOnly).to.include({ reason: 'restored' });
    expect(report.drift.map(({ credentialId }) => credentialId)).to.deep.equal([ids.rotated]);
    expect(report).to.deep.include({ orphans: [paths['late']], toDestroy: [ids.revived], failed: [] });
    expect(report.openIntents.map(({ credentialId }) => credentialId)).to.deep.equal([ids.intended]);
    expect(report).to.deep.include({ marked: [], intentsClosed: [], intentsCompleted: [] });
    expect(await destroy()).to.deep.equal({ destroyed: 0, failed: 0, waiting: 0 });
    expect(await inVault()).to.deep.equal(before);
    expect((await system.ports.jobs.status()).waiting, 'nothing is adopted').to.equal(0);
    expect(await system.ports.records.openIntent(ids.intended)).to.not.equal(null);
  });

  it('tells the admins once, in the audit trail and as a notice', async () => {
    await settle();
    const page = await system.ports.records.auditEvents(
      anAdmin,
      { action: 'reconcile.report_only' },
      { limit: 10 },
    );
    expect(page.items.map(({ details }) => details['reason'])).to.deep.equal(['restored']);
    const notices = (await system.ports.outbox.pending(50, new Date())).map(({ notice }) => notice);
    expect(notices.filter(({ kind }) => kind === 'report_only')).to.have.length(1);
  });

  it('uses a version that Postgres forgot when its owner says so', async () => {
    expect(await secretOf(ids.rotated)).to.equal('v1');
    await activateVersion(system.ports, anna, ids.rotated, 2);
    expect(await secretOf(ids.rotated)).to.equal('v2');
  });

  it('marks a version that somebody destroys meanwhile, and leaves Vault as it is', async () => {
    const path = `${parts.vault.address}/v1/glassdome-credentials/destroy/${paths['rotated']}`;
    const headers = { 'X-Vault-Token': parts.vault.rootToken };
    await fetch(path, { method: 'PUT', headers, body: JSON.stringify({ versions: [1] }) });
    const before = await inVault();
    const report = await settle();
    expect(report.reportOnly).to.include({ reason: 'restored' });
    expect(report.versionStates).to.deep.equal([
      { credentialId: ids.rotated, version: 1, state: 'destroyed' },
    ]);
    expect(await inVault()).to.deep.equal(before);
    const versions = await system.ports.records.versions(ids.rotated);
    expect(versions.map(({ version, state }) => `${version} ${state}`)).to.deep.equal([
      '2 available',
      '1 destroyed',
    ]);
  });

  it('goes on so, though new checkpoints have the old numbers, until a person ends it', async () => {
    for (let n = 0; n < 5; n += 1) {
      await secretOf(ids.rotated);
      await system.ports.auditVerifier.checkpoint();
    }
    now = new Date(now.getTime() + DAY);
    expect((await settle()).reportOnly).to.include({ reason: 'restored' });
    // Whoever looked through the findings took back what must stay.
    await restoreCredential(system.ports, anna, ids.revived);
    await setReportOnly(await partsOf(), 0);
    const report = await settle();
    expect(report).to.deep.include({ reportOnly: null, toDestroy: [], intentsClosed: [ids.intended] });
    expect(await secretOf(ids.revived)).to.equal('v1');
  });

  it('does the same for a time that a person sets, and mends again after it', async () => {
    await deleteCredential(system.ports, anna, ids.revived);
    now = new Date(now.getTime() + 40 * DAY);
    await setReportOnly(await partsOf(), 3);
    const during = await settle();
    expect(during.reportOnly).to.include({ reason: 'asked' });
    expect(during).to.deep.include({ toDestroy: [ids.revived], marked: [] });
    now = new Date(now.getTime() + 3 * DAY + 1);
    expect(await settle()).to.deep.include({ reportOnly: null, marked: [ids.revived] });
    await setReportOnly(await partsOf(), 1);
    expect(await destroy(), 'while it only reports').to.deep.equal({ destroyed: 0, failed: 0, waiting: 1 });
    await setReportOnly(await partsOf(), 0);
    expect(await destroy()).to.deep.equal({ destroyed: 1, failed: 0, waiting: 0 });
  });

  it('is told all of it on the command line', async () => {
    const env = { PATH: process.env['PATH'], ...parts.env };
    const run = (...words: string[]) => runToEnd(process.execPath, [MAIN, 'reconcile', ...words], { env });
    const asked = await run('--report-only', '5');
    expect(asked.code, asked.stderr).to.equal(0);
    expect(JSON.parse(asked.stdout).reportOnly.reason).to.equal('asked');
    expect(JSON.parse((await run('--dry-run')).stdout)).to.deep.include({ dryRun: true, drift: [] });
    expect(JSON.parse((await run('--resume')).stdout).reportOnly).to.equal(null);
    const wrong = await run('--report-only', 'ever');
    expect([wrong.code, wrong.stderr]).to.deep.equal([
      2,
      'glassdome-broker: --report-only: must be 1 to 365 days\n',
    ]);
    expect((await run('--dry-run', '--resume')).code).to.equal(2);
  });
});
