import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Ended, GLASSDOME, PATH, runToEnd } from '../../support/broker/cliSystem.js';

/** No broker here: what is handed over needs none. */
describe('glassdome beside another glassdome', function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'hand-over-')));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A folder for PATH. */
  function place(name: string): string {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  }

  function script(name: string, text: string): string {
    const path = place(name);
    writeFileSync(join(path, 'glassdome'), `#!/bin/sh\n${text}\n`);
    chmodSync(join(path, 'glassdome'), 0o755);
    return path;
  }

  function ours(name: string): string {
    const path = place(name);
    symlinkSync(GLASSDOME, join(path, 'glassdome'));
    // As npm does when it installs the package.
    chmodSync(GLASSDOME, 0o755);
    return path;
  }

  const start = (places: string[], words: string[]) => {
    const env = { PATH: [...places, PATH].join(':'), HOME: folder };
    return { command: join(places[0] ?? '', 'glassdome'), words, env };
  };
  const run = (places: string[], words: string[]): Promise<Ended> => {
    const { command, env } = start(places, words);
    return runToEnd(command, words, { env });
  };

  it('gives it every command that is not ours, arguments, exit code and output unchanged', async () => {
    const other = script('other', 'printf "<%s>" "$@"; echo oops >&2; exit 9');
    for (const words of [
      ['status'],
      ['lab', 'list', '--format', 'json'],
      ['--verbose', 'a b', '', '--'],
      ['secrets', 'get', 'x'],
    ]) {
      const { code, stdout, stderr } = await run([ours(`of-${words.length}-${words[0]}`), other], words);
      expect(code).to.equal(9);
      expect(stdout).to.equal(words.map((word) => `<${word}>`).join(''));
      expect(stderr).to.equal('oops\n');
    }
  });

  it('keeps its own commands, and says in its help where the others go', async () => {
    const other = script('other', 'echo WRONG');
    const path = [ours('ours'), other];
    const help = await run(path, ['--help']);
    expect(help.stdout).to.contain(`All other commands are passed on to ${join(other, 'glassdome')}`);
    for (const words of [['credentials', '--help'], ['login', '--help'], ['--version']]) {
      const { code, stdout } = await run(path, words);
      expect(code).to.equal(0);
      expect(stdout).not.to.contain('WRONG');
    }
  });

  it('passes over itself, under whatever link, and over what can not be run', async () => {
    const broken = place('broken');
    writeFileSync(join(broken, 'glassdome'), 'no permission');
    const directory = place('directory');
    mkdirSync(join(directory, 'glassdome'));
    const other = script('other', 'echo other');
    const { stdout } = await run(
      [ours('a'), ours('b'), broken, directory, join(folder, 'none'), other],
      ['status'],
    );
    expect(stdout).to.equal('other\n');
  });

  it('says so, with exit code 2, where there is none', async () => {
    const { code, stderr } = await run([ours('a'), ours('b')], ['statsu']);
    expect(code).to.equal(2);
    expect(stderr).to.contain('Unknown command: "statsu"');
    expect((await run([ours('c')], ['credental'])).stderr).to.contain(
      'Did you mean "glassdome credentials"?',
    );
  });

  it('does not go round between wrappers of itself, and comes out at the real one', async () => {
    const execs = script('execs', `exec '${process.execPath}' '${GLASSDOME}' "$@"`);
    const calls = script('calls', `'${process.execPath}' '${GLASSDOME}' "$@"`);
    const alone = await run([ours('a'), execs, calls], ['status']);
    expect(alone.code).to.equal(2);
    const other = script('other', 'echo other; exit 5');
    const found = await run([ours('b'), execs, calls, other], ['status']);
    expect(found.stdout).to.equal('other\n');
    expect(found.code).to.equal(5);
  });

  it('does not go round between two copies of itself', async () => {
    const copy = join(folder, 'copy');
    cpSync(join(GLASSDOME, '..', '..'), join(copy, 'dist', 'src'), { recursive: true });
    copyFileSync(join(GLASSDOME, '../../../../package.json'), join(copy, 'package.json'));
    symlinkSync(join(GLASSDOME, '../../../../node_modules'), join(copy, 'node_modules'));
    const second = place('second');
    symlinkSync(join(copy, 'dist/src/cli/glassdome.js'), join(second, 'glassdome'));
    chmodSync(join(copy, 'dist/src/cli/glassdome.js'), 0o755);
    expect((await run([ours('a'), second], ['status'])).code).to.equal(2);
    const { stdout } = await run([ours('b'), second, script('other', 'echo other')], ['status']);
    expect(stdout).to.equal('other\n');
  });

  it('lets the other one call it again', async () => {
    const other = script('other', 'if [ "$1" = outer ]; then glassdome inner; else echo "got $1"; fi');
    expect((await run([ours('a'), other], ['outer'])).stdout).to.equal('got inner\n');
  });

  it('passes signals on, and tells by 128 + n which one ended it', async () => {
    const other = script('other', 'echo up; exec sleep 60');
    const { command, words, env } = start([ours('a'), other], ['serve']);
    const child = spawn(command, words, { env });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGTERM');
    expect(await ended(child)).to.equal(143);
  });
});

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('close', (code) => resolve(code)));
