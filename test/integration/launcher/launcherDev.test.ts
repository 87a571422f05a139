import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';
import { freePort } from '../../../local/process/child.js';
import { type Launched, launch } from '../../support/broker/launcherProcess.js';
import { eventually } from '../../support/eventually.js';

const WATCHES = 'Watching src/';
/** The last field of the body that creates a credential. */
const FIELD = '    test: testMode,\n  }),\n);\nexport type CreateCredentialBody';

describe('npm run dev', function () {
  this.timeout(180_000);
  let clone: string;
  let env: NodeJS.ProcessEnv;
  let running: Launched | undefined;
  let schemas: string;

  before(async () => {
    clone = mkdtempSync(join(tmpdir(), 'broker-dev-'));
    chmodSync(clone, 0o755);
    const { PATH, HOME, GLASSDOME_BROKER_CACHE: cache } = process.env;
    env = { PATH, HOME, ...(cache && { GLASSDOME_BROKER_CACHE: cache }) };
    for (const name of ['BROKER_PORT', 'LOCAL_VAULT_PORT', 'LOCAL_POSTGRES_PORT'])
      env[name] = String(await freePort());
    const parts = ['package.json', 'package-lock.json', 'tsconfig.json', 'local', 'vault-policies'];
    for (const name of [...parts, 'migrations', 'src', 'dist'])
      cpSync(join(packageRoot(), name), join(clone, name), { recursive: true, preserveTimestamps: true });
    // Compiled already, so that a start takes seconds.
    writeFileSync(join(clone, 'dist', '.tsbuildinfo'), '');
    const packages = join(packageRoot(), 'node_modules');
    if (spawnSync('cp', ['-al', packages, clone]).status !== 0)
      cpSync(packages, join(clone, 'node_modules'), { recursive: true, verbatimSymlinks: true });
    schemas = join(clone, 'src', 'api', 'credentials.ts');
    running = launch(['npm', 'run', 'dev'], { env, cwd: clone });
    await running.until('Stop with Ctrl-C');
    await eventually('it watches', async () => running?.text().includes(WATCHES) || undefined, 90_000);
  });
  after(async () => {
    running?.child.kill('SIGTERM');
    await running?.ended;
    rmSync(clone, { recursive: true, force: true });
  });

  const pidOf = (part: string) => readFileSync(join(clone, '.data', 'run', `${part}.pid`), 'utf8').trim();
  const page = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${env['BROKER_PORT']}${path}`).catch(() => undefined);
    return (await answer?.text()) ?? '';
  };
  const change = (text: string) => {
    const before = readFileSync(schemas, 'utf8');
    expect(before).to.contain(FIELD);
    writeFileSync(schemas, before.replace(FIELD, `${text}${FIELD}`));
  };

  it('serves a field that was added and saved, with the same Postgres and Vault', async () => {
    const before = { vault: pidOf('vault'), broker: pidOf('broker') };
    expect(await page('/docs')).not.to.contain('shelf_mark');
    const saved = Date.now();
    change('    shelf_mark: line(63).optional(),\n');
    await eventually(
      'it is served',
      async () => (await page('/docs')).includes('shelf_mark') || undefined,
      60_000,
    );
    console.log(`      served ${((Date.now() - saved) / 1000).toFixed(1)} s after the save`);
    expect(await page('/openapi.json')).to.contain('shelf_mark');
    expect(pidOf('vault')).to.equal(before.vault);
    expect(pidOf('broker')).not.to.equal(before.broker);
  });

  it('shows an error of the compiler, and keeps the broker that runs', async () => {
    const before = { broker: pidOf('broker'), text: readFileSync(schemas, 'utf8') };
    const shows = (words: RegExp) => async () => words.test(running?.text() ?? '') || undefined;
    writeFileSync(schemas, `${before.text}export const rowMark: string = 7;\n`);
    await eventually(
      'the error is shown',
      shows(/src\/api\/credentials\.ts\(\d+,\d+\): error TS2322/),
      60_000,
    );
    await eventually('it is counted', shows(/1 error\. The broker keeps running as it was/));
    expect(pidOf('broker')).to.equal(before.broker);
    expect(await page('/docs')).to.contain('shelf_mark');
    writeFileSync(schemas, before.text);
  });

  it('is refused where one runs already', async () => {
    const second = launch(['node', 'dist/local/main.js'], { env, cwd: clone });
    expect(await second.ended).to.equal(1);
    expect(second.text()).to.contain('It is already running');
  });

  it('makes the next build compile all, since this one wrote over its output', () => {
    expect(existsSync(join(clone, 'dist', '.tsbuildinfo'))).to.equal(false);
  });

  it('leaves nothing running after Ctrl-C', async () => {
    const compiler = Number(pidOf('compiler'));
    await running?.stop();
    expect(existsSync(join(clone, '.data', 'run', 'launcher.pid'))).to.equal(false);
    const gone = () => {
      try {
        return process.kill(-compiler, 0) ? undefined : true;
      } catch {
        return true;
      }
    };
    await eventually('the compiler has ended', async () => gone());
    expect(await page('/docs')).to.equal('');
  });
});
