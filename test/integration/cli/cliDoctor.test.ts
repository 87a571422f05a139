import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../../local/process/child.js';
import { type CliSystem, GLASSDOME, PATH, startCliSystem } from '../../support/broker/cliSystem.js';

interface Check {
  what: string;
  status: string;
  text: string;
  way_out: string | null;
}

describe('glassdome doctor', function () {
  this.timeout(60_000);
  let system: CliSystem;

  before(async () => {
    system = await startCliSystem();
  });
  after(() => system.stop());

  async function checks(
    env: NodeJS.ProcessEnv,
    words: string[] = [],
  ): Promise<{ code: number | null; found: Check[] }> {
    const { code, stdout } = await system.glassdome(['doctor', '--json', ...words], { env });
    const told = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
    expect(told.ok).to.equal(code === 0);
    for (const check of told.checks) {
      if (check.status !== 'ok') expect(check.way_out, check.what).to.be.a('string').that.is.not.empty;
    }
    return { code, found: told.checks };
  }
  const of = (found: Check[], what: string) => found.find((check) => check.what === what);

  function place(name: string): string {
    const path = join(system.folder, name);
    if (!existsSync(path)) mkdirSync(path);
    return path;
  }

  it('finds nothing to fail on where all is well, and shows no secret', async () => {
    const { code, stdout } = await system.glassdome(['doctor']);
    expect(code, stdout).to.equal(0);
    expect(stdout).to.match(/ok +Login +local:admin, role admin, by the stored login/);
    expect(stdout)
      .to.match(/ok +Ready /)
      .and.match(/ok +TLS +none, and none needed/);
    expect(stdout).to.match(/warn +Version +the broker is 9\.9\.9/);
    expect(stdout).not.to.match(/eyJ|gdr_/);
  });

  it('tells which glassdome runs and which is next', async () => {
    const [ours, other] = [place('ours'), place('other')];
    symlinkSync(GLASSDOME, join(ours, 'glassdome'));
    writeFileSync(join(other, 'glassdome'), '#!/bin/sh\n');
    for (const path of [GLASSDOME, join(other, 'glassdome')]) chmodSync(path, 0o755);
    const first = await checks({ ...system.admin, PATH: `${ours}:${other}:${PATH}` });
    expect(of(first.found, 'glassdome')).to.include({ status: 'ok' });
    expect(of(first.found, 'Next glassdome')?.text).to.equal(join(other, 'glassdome'));
    const second = await checks({ ...system.admin, PATH: `${other}:${ours}:${PATH}` });
    expect(of(second.found, 'glassdome')).to.include({ status: 'warn' });
    const npx = await checks({ ...system.admin, PATH });
    expect(of(npx.found, 'glassdome')).to.include({ status: 'ok' });
    expect(of(npx.found, 'glassdome')?.text).to.contain('npx glassdome');
  });

  it('fails on a session file that others can read', async () => {
    const file = join(system.folder, 'admin.json');
    chmodSync(file, 0o644);
    const { code, found } = await checks(system.admin);
    chmodSync(file, 0o600);
    expect(code).to.equal(1);
    expect(of(found, 'Session file')).to.include({ status: 'fail' });
  });

  it('tells variables that are misspelt, contradict each other or weaken TLS, and never their values', async () => {
    const env = {
      ...system.admin,
      GLASSDOME_BROKER_TOKN: 'canary-value',
      GLASSDOME_BROKER_ALLOW_PLAIN_HTTP: 'maybe',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    };
    const { code, found } = await checks(env);
    expect(code).to.equal(1);
    const told = found.filter((check) => check.what === 'Variables');
    expect(told.map((check) => check.status)).to.deep.equal(['warn', 'warn', 'fail']);
    expect(told[0]?.way_out).to.contain('GLASSDOME_BROKER_TOKEN');
    expect(JSON.stringify(found)).not.to.contain('canary-value');
  });

  it('fails with a way out where nobody, somebody else or a broker in the clear answers', async () => {
    const { GLASSDOME_BROKER_URL: _, ...env } = system.admin;
    const gone = await checks(env, ['--server', `http://127.0.0.1:${await freePort()}`]);
    expect(gone.code).to.equal(1);
    expect(of(gone.found, 'Broker')?.text).to.contain('ECONNREFUSED');
    const clear = await checks(env, ['--server', 'http://192.0.2.1']);
    expect(of(clear.found, 'Settings')).to.include({ status: 'fail' });
    const tls = await checks(env, ['--server', system.url.replace('http:', 'https:')]);
    expect(of(tls.found, 'Broker')?.way_out).to.contain('http://');
    const stranger = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => stranger.once('listening', resolve));
    const { port } = stranger.address() as AddressInfo;
    const strange = await checks(env, ['--server', `http://127.0.0.1:${port}`]);
    stranger.close();
    expect(of(strange.found, 'Broker')?.text).to.contain('it is not a broker');
  });

  it('tells a clock that is off, by the time that the broker gives', async () => {
    const past = new Date(Date.now() - 120_000).toUTCString();
    const server = createServer((_request, response) =>
      response.setHeader('date', past).end('{"status":"ok"}'),
    ).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const env = { ...system.admin, GLASSDOME_BROKER_URL: `http://127.0.0.1:${port}` };
    const { found } = await checks(env);
    server.close();
    expect(of(found, 'Clock')).to.include({ status: 'warn' });
    expect(of(found, 'Clock')?.text).to.match(/1(19|2\d) s ahead of the broker/);
    expect(of(found, 'Session file')).to.include({ status: 'warn' });
    expect(of(found, 'Login')).to.include({ status: 'fail' });
  });

  it('fails when nobody is logged in, and when Vault does not serve the broker', async () => {
    const env = { ...system.admin, GLASSDOME_BROKER_SESSION_FILE: join(system.folder, 'none.json') };
    const nobody = await checks(env);
    expect(nobody.code).to.equal(1);
    expect(of(nobody.found, 'Login')?.way_out).to.contain('glassdome login');
    await system.vault.seal();
    // Readiness is remembered for a second.
    while ((await fetch(`${system.url}/readyz`)).ok);
    const { code, found } = await checks(system.admin);
    expect(code).to.equal(1);
    expect(of(found, 'Ready')).to.include({
      status: 'fail',
      text: 'the broker is running, but Vault is sealed',
    });
    const answer = await (await fetch(`${system.url}/readyz`)).json();
    expect(answer).to.deep.equal({ status: 'unavailable', vault: 'sealed', postgres: 'ok', audit: 'ok' });
  });
});
