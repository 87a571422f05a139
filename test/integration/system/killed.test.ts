import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadConfig } from '../../../src/config/config.js';
import type { FieldValues } from '../../../src/domain/credentials/fields.js';
import { BrokerError } from '../../../src/domain/errors.js';
import type { Ports } from '../../../src/ports/ports.js';
import type { SecretStore } from '../../../src/ports/vault.js';
import { createCredential } from '../../../src/usecases/credentials/createCredential.js';
import { deleteCredential, restoreCredential } from '../../../src/usecases/credentials/deleteCredential.js';
import { rotateCredential } from '../../../src/usecases/credentials/rotateCredential.js';
import { listVersions } from '../../../src/usecases/credentials/versions.js';
import { readCredential } from '../../../src/usecases/reading/readCredential.js';
import { destroyMarked } from '../../../src/usecases/reconcile/destroyDeleted.js';
import { reconcile } from '../../../src/usecases/reconcile/reconcile.js';
import { type System, wire } from '../../../src/wire.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { anna, createBody, onceOf, rotateBody, type Work } from '../../support/broker/killedWork.js';
import { eventually } from '../../support/eventually.js';
import { anAdmin } from '../../support/worlds/anAdmin.js';

const program = fileURLToPath(new URL('../../support/broker/killedWork.js', import.meta.url));
const OLD = 'old-secret';
const NEW = 'new-secret';

describe('a broker that is killed between any two steps', function () {
  this.timeout(120_000);
  let parts: BrokerParts;
  let system: System;
  /** An hour on: no lock of a killed request holds any more. */
  let ports: Ports;
  let store: SecretStore;

  before(async () => {
    parts = await startBrokerParts();
    system = await wire(loadConfig(parts.env));
    ports = { ...system.ports, clock: { now: () => new Date(Date.now() + 3_600_000) } };
    store = await system.reconcilerStore();
  });
  after(async () => {
    await system.close();
    await parts.stop();
  });

  /** Steps that were passed, or null when the process was killed. */
  function work(what: Work): Promise<number | null> {
    const env = { PATH: process.env['PATH'], ...parts.env };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [program, JSON.stringify(what)], { env }, (error, stdout, stderr) => {
        if (error?.signal === 'SIGKILL') resolve(null);
        else if (error !== null) reject(new Error(stderr));
        else resolve(Number(stdout));
      });
    });
  }

  function plan(verb: Work['verb'], killAt: number, id = randomUUID() as string): Work {
    const secret = verb === 'create' ? OLD : NEW;
    const name = `${verb} killed at ${killAt}`;
    return { verb, killAt, id, name, host: `${secret}.lab`, secret, key: `${verb}-${killAt}` };
  }

  async function stored(name: string): Promise<string> {
    const asked = { ...plan('create', 0), name, host: `${OLD}.lab` };
    return (await createCredential(ports, anna, createBody(asked), { source: 'api' })).credential.id;
  }

  /** The work once to its end, then once killed at each of its steps, two at a time. */
  async function killedEverywhere(verb: Work['verb'], prepare: (name: string) => Promise<string>) {
    const whole = plan(verb, 0);
    const steps = await work({ ...whole, id: await prepare(whole.name) });
    expect(steps).to.be.greaterThan(2);
    const all: Work[] = [];
    for (let at = 1; at <= (steps ?? 0); at += 1) {
      const one = plan(verb, at);
      all.push({ ...one, id: await prepare(one.name) });
    }
    const queue = [...all];
    const worker = async () => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        expect(await work(one), `${verb} at ${one.killAt}`).to.equal(null);
      }
    };
    await Promise.all([worker(), worker()]);
    await settle();
    return all;
  }

  /** What the worker does every five minutes. Afterwards both stores tell the same. */
  async function settle(): Promise<void> {
    const all = { ...ports, store };
    // Postgres may hold the lock of one that was killed for a moment more.
    const first = await eventually('the lock of the killed one', () =>
      reconcile(all, { graceMs: 0, dryRun: false }).catch((error: unknown) => {
        if (error instanceof BrokerError && error.code === 'conflict') return undefined;
        throw error;
      }),
    );
    expect(first.failed).to.deep.equal([]);
    await destroyMarked(ports, await system.destroyer());
    const second = await reconcile(all, { graceMs: 0, dryRun: true });
    const { orphans, missing, drift, toDestroy } = second;
    expect({ orphans, missing, drift, toDestroy }).to.deep.equal({
      orphans: [],
      missing: [],
      drift: [],
      toDestroy: [],
    });
    expect(await ports.records.openIntents(ports.clock.now())).to.deep.equal([]);
  }

  function open(values: FieldValues | null): Record<string, string> {
    const secrets = Object.entries(values?.secrets ?? {}).map(([name, secret]) => [name, secret.reveal()]);
    return { ...values?.settings, ...Object.fromEntries(secrets) };
  }

  /** Its fields all come from one version, and that version, the pointer and Vault's own number agree. */
  async function expectWhole(id: string, secrets: readonly string[]): Promise<string> {
    const { credential, values } = await readCredential(ports, anna, id);
    const fields = open(values);
    const secret = fields['token_value'] ?? '';
    expect(secrets).to.include(secret);
    expect([fields['token_name'], fields['host']]).to.deep.equal([`of-${secret}`, `${secret}.lab`]);
    const { credential: row, versions } = await listVersions(ports, anna, id);
    expect(versions.map((v) => v.version).sort()).to.deep.equal(versions.map((_, i) => i + 1));
    const metadata = await store.metadata(credential.vaultPath);
    expect(metadata?.currentVersion).to.equal(row.latestVersion).and.to.equal(versions.length);
    return secret;
  }

  async function audited(id: string, action: string): Promise<number> {
    const page = await ports.records.auditEvents(anAdmin, { credentialId: id, action }, { limit: 50 });
    return page.items.filter((row) => row.outcome === 'allowed').length;
  }

  it('leaves a created credential whole, or nothing of it, and a retry makes exactly one', async () => {
    for (const one of await killedEverywhere('create', async () => randomUUID())) {
      const again = { source: 'api' as const, once: onceOf(one.key, createBody(one)) };
      const { credential } = await createCredential(ports, anna, createBody(one), again);
      expect(await expectWhole(credential.id, [OLD])).to.equal(OLD);
      const named = await ports.records.list(anna.caller, { q: one.name }, { limit: 50 });
      expect(named.items.filter((i) => i.credential.name === one.name)).to.have.length(1);
      expect(await audited(credential.id, 'credential.create')).to.be.greaterThan(0);
    }
    await settle();
  });

  it('leaves the old or the new value after an update, never a mixture', async () => {
    const found = new Set<string>();
    for (const one of await killedEverywhere('update', stored)) {
      found.add(await expectWhole(one.id, [OLD, NEW]));
    }
    expect([...found].sort()).to.deep.equal([NEW, OLD]);
  });

  it('finishes a rotation that is asked for again, and makes no second version of it', async () => {
    const works = await killedEverywhere('rotate', async (name) => {
      const body = {
        ...createBody({ ...plan('create', 0), name }),
        fields: createBody(plan('create', 0)).fields,
      };
      // Host and secret must agree in the end: a rotation leaves the host alone.
      const made = { ...body, name, fields: { ...body.fields, host: `${NEW}.lab` } };
      return (await createCredential(ports, anna, made, { source: 'api' })).credential.id;
    });
    const finished = (
      await ports.records.auditEvents(anAdmin, { action: 'credential.rotate' }, { limit: 200 })
    ).items;
    expect(finished.filter(({ details }) => details['settled_by'] === 'reconciler')).to.not.have.length(0);
    for (const one of works) {
      await rotateCredential(ports, anna, one.id, rotateBody(one), {
        once: onceOf(one.key, rotateBody(one)),
      });
      expect(await expectWhole(one.id, [NEW])).to.equal(NEW);
      expect((await listVersions(ports, anna, one.id)).versions).to.have.length(2);
    }
  });

  it('has switched to the other version or not', async () => {
    const works = await killedEverywhere('activate', async (name) => {
      const id = await stored(name);
      await rotateCredential(ports, anna, id, {
        fields: { ...rotateBody(plan('rotate', 0)).fields, host: `${NEW}.lab` },
      });
      return id;
    });
    for (const one of works) await expectWhole(one.id, [OLD, NEW]);
  });

  it('has deleted or not, and can bring back what it has', async () => {
    for (const one of await killedEverywhere('delete', stored)) {
      const deleted = await deleteCredential(ports, anna, one.id);
      expect(deleted.status).to.equal('deleted');
      await restoreCredential(ports, anna, one.id);
      expect(await expectWhole(one.id, [OLD])).to.equal(OLD);
    }
  });

  it('destroys for good what was marked, and keeps what was not', async () => {
    const works = await killedEverywhere('destroy', async (name) => {
      const id = await stored(name);
      await deleteCredential(ports, anna, id);
      return id;
    });
    const ends = new Set<string>();
    for (const one of works) {
      const { credential } = await ports.records.access(anna.caller, one.id);
      ends.add(credential?.status ?? '');
      const metadata = await store.metadata(credential?.vaultPath ?? '');
      expect(metadata === null).to.equal(credential?.status === 'destroyed');
    }
    expect([...ends].sort()).to.deep.equal(['deleted', 'destroyed']);
  });

  it('lets the next reconciler finish what a killed one began', async () => {
    const marked = async (name: string) => {
      const id = await stored(name);
      await deleteCredential(ports, anna, id);
      const mark = { ...plan('destroy', 0), id };
      await work(mark);
      return id;
    };
    for (let at = 1; at <= 4; at += 1) {
      const id = await marked(`reconciler killed at ${at}`);
      expect(await work(plan('reconcile', at, id)), `at ${at}`).to.equal(null);
      await settle();
      const { credential } = await ports.records.access(anna.caller, id);
      expect(credential?.status).to.equal('destroyed');
    }
  });

  it('has an audit trail without a gap behind it all', async () => {
    expect(await ports.auditVerifier.verify()).to.deep.include({ ok: true, problems: [] });
  });
});
