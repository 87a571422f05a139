import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { proxmoxToken, startProxmox } from '../../simulators/proxmox.js';
import { type CliSystem, type Ended, startCliSystem } from '../../support/broker/cliSystem.js';
import type { Simulator } from '../../support/services/simulator.js';

const WRONG = proxmoxToken.secret.replace('0f', 'ff');

describe('glassdome credentials test', function () {
  this.timeout(60_000);
  let system: CliSystem;
  let anna: NodeJS.ProcessEnv;
  let host: Simulator;
  const printed: string[] = [];

  const run = async (...words: string[]): Promise<Ended> => {
    const done = await system.glassdome(['credentials', ...words], { env: anna });
    printed.push(done.stdout, done.stderr);
    return done;
  };
  const flags = (secret: string) => {
    writeFileSync(join(system.folder, 'secret'), secret);
    writeFileSync(join(system.folder, 'ca.pem'), host.ca);
    return [
      ...['--host', `127.0.0.1:${host.port}`, '--user', proxmoxToken.user, '--token-name', proxmoxToken.name],
      ...['--token-value', `@${join(system.folder, 'secret')}`],
    ];
  };
  const trusted = () => ['--tls-mode', 'custom_ca', '--ca-cert-pem', `@${join(system.folder, 'ca.pem')}`];

  before(async () => {
    system = await startCliSystem();
    host = await startProxmox();
    anna = await system.person('anna', 'engineer');
  });
  after(async () => {
    await host.close();
    await system.stop();
  });

  it('says what `add` found, and stores nothing that has to work and does not', async () => {
    const bad = await run(
      'add',
      'proxmox',
      '--name',
      'broken',
      ...flags(WRONG),
      ...trusted(),
      '--test',
      'required',
    );
    expect(bad.code, bad.stderr).to.equal(9);
    expect(bad.stderr).to.include('nothing was stored').and.include('--test skip');
    const good = await run(
      'add',
      'proxmox',
      '--name',
      'lab',
      ...flags(proxmoxToken.secret),
      ...trusted(),
      '--test',
      'warn',
    );
    expect(good.code, good.stderr).to.equal(0);
    expect(good.stderr).to.include('✓ lab: ok. Signed in to Proxmox VE 9.1.6 as broker@pve!glassdome.');
    expect((await run('list', '--json')).stdout).to.not.include('broken');
  });

  it('shows the certificate of a host that nobody vouches for, and how to pin it', async () => {
    const added = await run(
      'add',
      'proxmox',
      '--name',
      'unknown',
      ...flags(proxmoxToken.secret),
      '--test',
      'warn',
    );
    expect(added.code).to.equal(0);
    const tested = await run('test', 'unknown');
    expect(tested.code).to.equal(9);
    expect(tested.stdout)
      .to.include('✗ unknown: tls_error at tls.')
      .and.include('Certificate of the host: broker test');
    const pin = /--tls-fingerprint-sha256 (\S+)/.exec(tested.stderr)?.[1] ?? '';
    const pinned = await run(
      'update',
      'unknown',
      '--tls-mode',
      'fingerprint',
      '--tls-fingerprint-sha256',
      pin,
    );
    expect(pinned.code, pinned.stderr).to.equal(0);
    expect((await run('test', 'unknown')).code).to.equal(0);
  });

  it('ends by what it found: 0 proven, 8 refused, 9 not proven', async () => {
    expect((await run('test', 'lab')).code).to.equal(0);
    host.state = 'expired';
    const over = await run('test', 'lab');
    expect(over.code).to.equal(8);
    expect(over.stdout).to.match(/✗ lab: expired at authentication\. The token has expired/);
    host.state = 'no_acl';
    const blind = await run('test', 'lab');
    expect(blind.stdout).to.include('! The token can log in but sees nothing');
    host.state = '';
    host.fault = 'failing';
    const away = await run('test', 'lab', '--json');
    expect(away.code).to.equal(9);
    expect(JSON.parse(away.stdout)).to.include({ code: 'service_error', health: 'unreachable' });
    host.fault = 'none';
    expect((await run('test')).code).to.equal(2);
    expect((await run('test', 'nobody')).code).to.equal(5);
  });

  it('goes through all with progress and a table, and tells what has no test', async () => {
    writeFileSync(join(system.folder, 'note'), 'value');
    await run('add', 'other', '--name', 'note', '--secret', `text=@${join(system.folder, 'note')}`);
    const all = await run('test', '--all');
    expect(all.code).to.equal(0);
    expect(all.stderr)
      .to.match(/[123]\/3 lab: ok/)
      .and.include('2 of 3 proven.');
    expect(all.stdout).to.match(/note +other +not tested +No test is defined for this credential/);
    const some = await run('test', '--all', '--type', 'proxmox', '--json');
    const { items } = JSON.parse(some.stdout) as { items: { name: string; test: { code: string } }[] };
    expect(items.map(({ name, test }) => [name, test.code])).to.have.deep.members([
      ['lab', 'ok'],
      ['unknown', 'ok'],
    ]);
  });

  it('fetches what a host shows, with the flag that pins it', async () => {
    const fetched = await run('fetch-certificate', `127.0.0.1:${host.port}`);
    expect(fetched.code, fetched.stderr).to.equal(0);
    expect(fetched.stdout).to.match(
      /Subject +broker test\n +Issuer +broker test\n +Valid .* to .*\n +SHA-256 +[0-9A-F:]{95}\n/,
    );
    expect(fetched.stderr).to.match(/--tls-mode fingerprint --tls-fingerprint-sha256 [0-9A-F:]{95}\n/);
    expect(
      JSON.parse((await run('fetch-certificate', `127.0.0.1:${host.port}`, '--json')).stdout),
    ).to.include({ ok: true, port: host.port });
    const closed = await run('fetch-certificate', '127.0.0.1:1');
    expect([closed.code, closed.stdout]).to.deep.equal([
      9,
      '✗ 127.0.0.1:1: unreachable at address. Nothing listens on this host and port; check both, and whether the service is running.\n',
    ]);
    expect((await run('fetch-certificate', 'https://127.0.0.1:1')).code).to.equal(2);
  });

  it('asks before it stores what checks no certificate, and never stops saying so', async () => {
    const words = [
      'add',
      'proxmox',
      '--name',
      'blind',
      ...flags(proxmoxToken.secret),
      '--tls-mode',
      'insecure',
    ];
    const asked = await run(...words);
    expect(asked.code).to.equal(2);
    expect(asked.stderr).to.include('anyone on the network path can read the secret').and.include('--yes');
    const added = await run(...words, '--yes', '--test', 'warn');
    expect(added.code, added.stderr).to.equal(0);
    expect((await run('list')).stdout)
      .to.match(/NAME .* TLS/)
      .and.match(/blind .*insecure \(!\)/);
    expect((await run('show', 'blind')).stdout).to.match(
      /TLS +insecure \(!\) The certificate is not verified/,
    );
    host.fault = 'failing';
    expect((await run('test', 'blind')).stdout).to.include('! The certificate is not verified');
    host.fault = 'none';
    const back = await run('update', 'blind', '--tls-mode', 'insecure', '--description', 'still');
    expect(back.code).to.equal(2);
    const pinned = ['--ca-cert-pem', `@${join(system.folder, 'ca.pem')}`];
    expect((await run('update', 'blind', ...pinned)).code).to.equal(0);
    expect((await run('show', 'blind')).stdout).to.match(/TLS +custom_ca\n/);
    expect((await run('delete', 'blind', '--yes')).code).to.equal(0);
  });

  it('keeps the history', async () => {
    const { stdout } = await run('test', 'lab', '--history');
    expect(stdout.split('\n')[0]).to.match(/^WHEN +VERSION +RESULT +FAILED AT +WARNINGS +BY +WHAT TO DO$/);
    expect(stdout).to.match(/ 1 +service_error +service +- +local:anna/);
  });

  it('keeps all of the history, and shows as much as is asked for', async () => {
    const { items } = (await (await system.send('GET', '/api/credentials?q=lab')).json()) as {
      items: { id: string; name: string }[];
    };
    const id = items.find(({ name }) => name === 'lab')?.id;
    await Promise.all(
      Array.from({ length: 201 }, () => system.send('POST', `/api/credentials/${id}/test`, {})),
    );
    const all = JSON.parse((await run('test', 'lab', '--history', '--json')).stdout) as { items: unknown[] };
    expect(all.items.length).to.be.greaterThan(201);
    const some = await run('test', 'lab', '--history', '--limit', '3');
    expect(some.stdout.trim().split('\n')).to.have.length(4);
  });

  it('refuses what it would not heed', async () => {
    const idle = [
      ['lab', '--type', 'proxmox'],
      ['--all', '--history'],
      ['--all', '--of-version', '1'],
      ['lab', '--history', '--of-version', '1'],
      ['lab', '--limit', '3'],
    ];
    for (const words of idle) expect((await run('test', ...words)).code, words.join(' ')).to.equal(2);
  });

  it('refuses a rotation to a value that the host refuses', async () => {
    writeFileSync(join(system.folder, 'secret'), WRONG);
    const secret = `@${join(system.folder, 'secret')}`;
    const refused = await run('rotate', 'lab', '--token-value', secret, '--test', 'warn');
    expect(refused.code).to.equal(9);
    expect((await run('show', 'lab')).stdout).to.match(/Active version +1\n/);
  });

  it('ends with 7 where nothing was tested because the broker’s store was away', async () => {
    await system.vault.seal();
    const away = await run('test', '--all');
    await system.vault.unseal();
    expect(away.code).to.equal(7);
    expect(away.stderr).to.include('0 of 3 proven.');
  });

  it('prints no secret', () => {
    for (const text of printed) expect(text).to.not.include(proxmoxToken.secret).and.not.include(WRONG);
  });
});
