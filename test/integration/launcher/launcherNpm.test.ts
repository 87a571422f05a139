import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';
import { freePort } from '../../../local/process/child.js';
import { type Launched, launch, READY } from '../../support/broker/launcherProcess.js';
import { eventually } from '../../support/eventually.js';

/** The command of the README, npm and all. */
describe('npm start', function () {
  this.timeout(180_000);
  let clone: string;
  let env: NodeJS.ProcessEnv;
  let running: Launched | undefined;

  beforeEach(async () => {
    clone = mkdtempSync(join(tmpdir(), 'broker-npm-'));
    chmodSync(clone, 0o755);
    const { PATH, HOME, GLASSDOME_BROKER_CACHE: cache } = process.env;
    env = { PATH, HOME, ...(cache && { GLASSDOME_BROKER_CACHE: cache }), LOCAL_DATA: join(clone, 'data') };
    for (const name of ['BROKER_PORT', 'LOCAL_VAULT_PORT', 'LOCAL_POSTGRES_PORT'])
      env[name] = String(await freePort());
    for (const name of ['package.json', 'package-lock.json', 'local', 'vault-policies', 'migrations', 'dist'])
      cpSync(join(packageRoot(), name), join(clone, name), { recursive: true });
    // Compiled already, so that a start takes seconds.
    rmSync(join(clone, 'migrations'), { recursive: true });
    symlinkSync(join(packageRoot(), 'migrations'), join(clone, 'migrations'));
    writeFileSync(join(clone, 'dist', '.tsbuildinfo'), '');
  });
  afterEach(async () => {
    running?.child.kill('SIGTERM');
    await running?.ended;
    rmSync(clone, { recursive: true, force: true });
  });

  const listens = async (name: string) =>
    (await fetch(`http://127.0.0.1:${env[name]}/`).catch(() => undefined)) !== undefined;

  describe('with its packages there', () => {
    // Links to files, not to the folder: an npm that installs here must not empty the packages of this run.
    beforeEach(() => {
      const from = join(packageRoot(), 'node_modules');
      if (spawnSync('cp', ['-al', from, clone]).status !== 0)
        cpSync(from, join(clone, 'node_modules'), { recursive: true, verbatimSymlinks: true });
    });

    for (const [signal, moment] of [
      ['SIGTERM', READY],
      ['SIGHUP', READY],
      ['SIGKILL', '• Starting Vault'],
    ] as const)
      it(`stops everything when npm gets ${signal} at "${moment}"`, async () => {
        running = launch(['npm', 'start'], { env, cwd: clone });
        await running.until(moment);
        running.child.kill(signal);
        const note = join(clone, 'data', 'run', 'launcher.pid');
        await eventually('the launcher has ended', async () => (existsSync(note) ? undefined : true), 40_000);
        expect(await listens('BROKER_PORT')).to.equal(false);
        expect(await listens('LOCAL_VAULT_PORT')).to.equal(false);
        expect(existsSync(join(clone, 'data', 'postgres', 'postmaster.pid'))).to.equal(false);
      });

    it('starts a Vault and a Postgres again that were killed, and serves with them', async () => {
      running = launch(['node', 'local/start.mjs'], { env, cwd: clone });
      await running.until(READY);
      const pidIn = (file: string) => Number.parseInt(readFileSync(join(clone, 'data', file), 'utf8'), 10);
      const ready = async () => {
        const answer = await fetch(`http://127.0.0.1:${env['BROKER_PORT']}/readyz`).catch(() => undefined);
        return answer?.ok ? true : undefined;
      };
      for (const [name, file] of [
        ['Vault', 'run/vault.pid'],
        ['Postgres', 'postgres/postmaster.pid'],
        ['The broker', 'run/broker.pid'],
      ] as const) {
        process.kill(pidIn(file), 'SIGKILL');
        await eventually(
          `${name} runs again`,
          async () => (running?.text().includes(`✓ ${name} is running again`) ? true : undefined),
          60_000,
        );
        expect(running.text()).to.contain(`✗ ${name} ended: signal SIGKILL`);
        await eventually('the broker is ready', ready, 40_000);
      }
      await running.stop();
    });
  });

  describe('that installs its packages', () => {
    const bin = () => join(clone, 'bin');
    const ended = () => existsSync(join(clone, 'npm-ended'));

    /** An npm that takes a while, also to end. */
    function slowNpm(ignored: string): void {
      mkdirSync(bin());
      const script = `#!/bin/sh
echo "$1" >> '${clone}/npm-calls'
trap '' ${ignored}
trap 'sleep 1; touch "${clone}/npm-ended"; exit 1' ${ignored === 'INT' ? 'TERM' : 'INT'}
while :; do sleep 0.1; done
`;
      writeFileSync(join(bin(), 'npm'), script, { mode: 0o755 });
      env['PATH'] = `${bin()}:${dirname(process.execPath)}:/usr/bin:/bin`;
    }
    const calls = () =>
      existsSync(join(clone, 'npm-calls')) ? readFileSync(join(clone, 'npm-calls'), 'utf8') : '';

    for (const [signal, code, ignored] of [
      ['SIGINT', 130, 'TERM'],
      ['SIGTERM', 143, 'INT'],
    ] as const)
      it(`waits at ${signal} until npm has ended, and installs again at the next start`, async () => {
        slowNpm(ignored);
        for (const words of ['ci\n', 'ci\nci\n']) {
          rmSync(join(clone, 'npm-ended'), { force: true });
          running = launch(['node', 'local/start.mjs'], { env, cwd: clone });
          await eventually('npm runs', async () => calls() === words || undefined);
          running.child.kill(signal);
          expect(await running.ended).to.equal(code);
          expect(ended()).to.equal(true);
          expect(running.text()).to.contain('The next start begins it again');
          expect(existsSync(join(clone, '.installing.pid'))).to.equal(false);
        }
      });

    it('waits for an npm that still works there, after its launcher was killed', async () => {
      slowNpm('TERM');
      const first = launch(['node', 'local/start.mjs'], { env, cwd: clone });
      await eventually('npm runs', async () => calls() === 'ci\n' || undefined);
      first.child.kill('SIGKILL');
      await new Promise((resolve) => first.child.once('exit', resolve));
      running = launch(['node', 'local/start.mjs'], { env, cwd: clone });
      await running.until('which installs packages here');
      expect(calls()).to.equal('ci\n');
      const pid = Number.parseInt(readFileSync(join(clone, '.installing.pid'), 'utf8'), 10);
      process.kill(pid, 'SIGKILL');
      await eventually('npm runs again', async () => calls() === 'ci\nci\n' || undefined);
      running.child.kill('SIGINT');
      await running.ended;
    });

    it('installs again where node_modules is half made, and not where it is whole', async () => {
      slowNpm('INT');
      const list = join(packageRoot(), 'node_modules', '.package-lock.json');
      const { packages } = JSON.parse(readFileSync(list, 'utf8')) as { packages: Record<string, object> };
      mkdirSync(join(clone, 'node_modules'));
      const write = (names: string[]) =>
        writeFileSync(
          join(clone, 'node_modules', '.package-lock.json'),
          JSON.stringify({ packages: Object.fromEntries(names.map((name) => [name, packages[name]])) }),
        );
      const script =
        "import('./local/setup.mjs').then(({ setUp }) => setUp()).then(() => console.log('whole'))";
      const setUp = () => {
        const how = { env, cwd: clone, encoding: 'utf8' as const, timeout: 3_000 };
        return spawnSync(process.execPath, ['-e', script], how).stdout.trim();
      };
      write(Object.keys(packages));
      expect(setUp()).to.equal('whole');
      write(Object.keys(packages).filter((name) => name !== 'node_modules/express'));
      expect(setUp()).not.to.equal('whole');
      expect(calls()).to.equal('ci\n');
    });
  });
});
