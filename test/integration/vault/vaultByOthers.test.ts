import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { loadConfig } from '../../../src/config/config.js';
import { MAX_VERSIONS } from '../../../src/domain/credentials/credential.js';
import { BrokerError } from '../../../src/domain/errors.js';
import { createCredential } from '../../../src/usecases/credentials/createCredential.js';
import { rotateCredential } from '../../../src/usecases/credentials/rotateCredential.js';
import { updateCredential } from '../../../src/usecases/credentials/updateCredential.js';
import { activateVersion, listVersions } from '../../../src/usecases/credentials/versions.js';
import { readCredential } from '../../../src/usecases/reading/readCredential.js';
import { reconcile } from '../../../src/usecases/reconcile/reconcile.js';
import { type System, wire } from '../../../src/wire.js';
import { type BrokerParts, startBrokerParts } from '../../support/broker/brokerParts.js';
import { anna, createBody, rotateBody } from '../../support/broker/killedWork.js';

describe('a credential that people also change in Vault', function () {
  this.timeout(60_000);
  let parts: BrokerParts;
  let system: System;

  before(async () => {
    parts = await startBrokerParts();
    system = await wire(loadConfig(parts.env));
  });
  after(async () => {
    await system.close();
    await parts.stop();
  });

  const work = (secret: string) => ({
    verb: 'create' as const,
    killAt: 0,
    id: '',
    name: `by others ${randomUUID()}`,
    host: `${secret}.lab`,
    secret,
    key: '',
  });
  const whole = (secret: string) => ({ ...rotateBody(work(secret)).fields, host: `${secret}.lab` });

  async function stored(): Promise<{ id: string; path: string }> {
    const body = createBody(work('v1'));
    const { credential } = await createCredential(system.ports, anna, body, { source: 'api' });
    return { id: credential.id, path: credential.vaultPath };
  }

  /** Another client of Vault, with rights of its own. */
  async function vault(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { 'X-Vault-Token': parts.vault.rootToken };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const answer = await fetch(`${parts.vault.address}/v1/glassdome-credentials/${path}`, init);
    expect(answer.status, `${method} ${path}`).to.be.below(300);
    return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
  }
  const foreignWrite = (path: string, secret: string) =>
    vault('POST', `data/${path}`, { data: { ...whole(secret), auth_method: 'api_token', user: 'root@pam' } });

  async function read(id: string): Promise<string> {
    const { values } = await readCredential(system.ports, anna, id);
    const secret = values?.secrets['token_value']?.reveal() ?? '';
    const { token_name: name, host } = values?.settings ?? {};
    expect([name, host]).to.deep.equal([`of-${secret}`, `${secret}.lab`]);
    return secret;
  }
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'ok',
      (error: unknown) => {
        if (error instanceof BrokerError) return error.code;
        throw error;
      },
    );
  const settle = async () =>
    reconcile({ ...system.ports, store: await system.reconcilerStore() }, { graceMs: 0, dryRun: false });

  it('never pairs fields of two versions while it is rotated, rolled back and edited at once', async () => {
    const { id, path } = await stored();
    const ours = new Set(['v1']);
    let running = true;
    const readers = Array.from({ length: 8 }, async () => {
      const seen = new Set<string>();
      while (running) seen.add(await read(id));
      return seen;
    });
    for (let n = 2; n < 14; n += 1) {
      const other = Promise.all(Array.from({ length: 4 }, (_, i) => foreignWrite(path, `foreign-${n}-${i}`)));
      const rotated = await codeOf(rotateCredential(system.ports, anna, id, { fields: whole(`v${n}`) }));
      expect(['ok', 'conflict']).to.include(rotated);
      if (rotated === 'ok') ours.add(`v${n}`);
      const version = (await listVersions(system.ports, anna, id)).credential.activeVersion ?? 1;
      await other;
      await settle();
      const back = await codeOf(activateVersion(system.ports, anna, id, Math.max(1, version - 3)));
      // One that somebody wrote in Vault is as whole as ours, and recorded by now.
      expect(back).to.equal('ok');
      ours.add(await read(id));
    }
    running = false;
    const seen = new Set((await Promise.all(readers)).flatMap((one) => [...one]));
    for (const secret of seen) expect([...ours]).to.include(secret);
  });

  it('tells a rotation that somebody was faster, and takes the next one', async () => {
    const { id, path } = await stored();
    await foreignWrite(path, 'foreign');
    expect(await codeOf(rotateCredential(system.ports, anna, id, { fields: whole('v2') }))).to.equal(
      'conflict',
    );
    expect(await read(id)).to.equal('v1');
    expect(await codeOf(rotateCredential(system.ports, anna, id, { fields: whole('v3') }))).to.equal('ok');
    expect(await read(id)).to.equal('v3');
    const { versions } = await listVersions(system.ports, anna, id);
    expect(versions.map((v) => v.version)).to.deep.equal([3, 1]);
  });

  it('is gone while its active version is deleted, back when that is undone, and gone when it is destroyed', async () => {
    const { id, path } = await stored();
    await vault('POST', `delete/${path}`, { versions: [1] });
    expect(await codeOf(read(id))).to.equal('gone');
    await vault('POST', `undelete/${path}`, { versions: [1] });
    expect(await read(id)).to.equal('v1');
    await updateCredential(system.ports, anna, id, { fields: whole('v2') }, { source: 'api' });
    await vault('PUT', `destroy/${path}`, { versions: [2] });
    expect(await codeOf(read(id))).to.equal('gone');
    await activateVersion(system.ports, anna, id, 1);
    expect(await read(id)).to.equal('v1');
  });

  it('says which versions Vault still keeps when a dropped one is asked for', async () => {
    const { id } = await stored();
    for (let n = 2; n < MAX_VERSIONS + 3; n += 1)
      await updateCredential(system.ports, anna, id, { fields: whole(`v${n}`) }, { source: 'api' });
    expect(await codeOf(activateVersion(system.ports, anna, id, 1))).to.equal('gone');
    expect(await codeOf(activateVersion(system.ports, anna, id, 3))).to.equal('ok');
    expect(await read(id)).to.equal('v3');
  });

  it('raises an alarm where its numbering began anew, and gives out nothing', async () => {
    const { id, path } = await stored();
    await vault('DELETE', `metadata/${path}`);
    expect(await codeOf(read(id))).to.equal('integrity_error');
    await foreignWrite(path, 'foreign');
    expect(await codeOf(read(id))).to.equal('integrity_error');
  });

  it('never loses the active version to newer ones, of ours or of others', async () => {
    const { id, path } = await stored();
    for (let n = 2; n < MAX_VERSIONS + 5; n += 1) {
      await updateCredential(system.ports, anna, id, { fields: whole(`v${n}`) }, { source: 'api' });
      await activateVersion(system.ports, anna, id, 1);
    }
    expect(await read(id)).to.equal('v1');
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < MAX_VERSIONS - 1; n += 1) await foreignWrite(path, `foreign-${n}`);
      const report = await settle();
      expect(report.drift.map((d) => d.credentialId)).to.include(id);
    }
    expect(await read(id)).to.equal('v1');
  });
});
