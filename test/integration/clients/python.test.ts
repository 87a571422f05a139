import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';
import { type BrokerSystem, startBrokerSystem } from '../../support/broker/brokerSystem.js';
import { skipBecause } from '../../support/skipBecause.js';

const PACKAGE = join(packageRoot(), 'clients', 'python');

describe('the Python client, on a real broker', function () {
  this.timeout(300_000);
  let folder: string;
  let broker: BrokerSystem | undefined;

  before(async function () {
    folder = mkdtempSync(join(tmpdir(), 'broker-python-'));
    const missing = installed(folder);
    if (missing !== undefined) skipBecause(this, missing);
    broker = await startBrokerSystem();
  });
  after(async () => {
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('passes its own tests, types included', async () => {
    if (broker === undefined) throw new Error('no broker');
    const account = await broker.account(broker.admin.token, 'python-tests');
    const lab = {
      url: broker.url,
      client_id: account.id,
      client_secret: account.secret,
      owner_token: broker.admin.token,
      vault: broker.vault.address,
      vault_token: broker.vault.rootToken,
      unseal_key: broker.vault.unsealKey,
    };
    const { code, output } = await python(['-m', 'pytest', '-p', 'no:cacheprovider'], {
      BROKER_TEST_LAB: JSON.stringify(lab),
    });
    expect(code, output).to.equal(0);
    expect(output)
      .to.match(/\d{2} passed/)
      .and.not.match(/skipped/);
    const types = await python(['-m', 'mypy', '--cache-dir', join(folder, 'mypy'), 'src'], {});
    expect(types.code, types.output).to.equal(0);
  });

  it('is built as a wheel with its types', async () => {
    const wheel = ['-m', 'pip', 'wheel', '--quiet', '--no-deps', '--wheel-dir', folder, PACKAGE];
    const built = await python(wheel, {});
    expect(built.code, built.output).to.equal(0);
    const file = join(folder, 'glassdome_broker-0.1.0-py3-none-any.whl');
    const listed = await python(['-m', 'zipfile', '--list', file], {});
    expect(listed.output).to.contain('glassdome_broker/py.typed').and.not.contain('tests/');
  });

  function python(args: readonly string[], env: Record<string, string>) {
    return new Promise<{ code: number | null; output: string }>((resolve) => {
      const settings = { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', ...env };
      const child = spawn(join(folder, 'venv', 'bin', 'python'), args, { cwd: PACKAGE, env: settings });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          output += String(chunk);
        });
      child.once('close', (code) => resolve({ code, output }));
    });
  }
});

/** Makes an environment with the package and what its tests need; why that can't be, else nothing. */
function installed(folder: string): string | undefined {
  const venv = join(folder, 'venv');
  if (spawnSync('python3', ['-m', 'venv', venv]).status !== 0)
    return 'python3 with its venv module is not there';
  const options = ['--quiet', '--disable-pip-version-check', '--no-compile'];
  const install = ['-m', 'pip', 'install', ...options, `${PACKAGE}[test]`, 'hatchling'];
  const done = spawnSync(join(venv, 'bin', 'python'), install, { encoding: 'utf8' });
  return done.status === 0
    ? undefined
    : `pip could not install the client: ${done.stderr.trim().split('\n').at(-1)}`;
}
