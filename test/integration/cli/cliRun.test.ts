import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseDotenv } from '../../../src/domain/imports/dotenv.js';
import {
  type CliSystem,
  type Ended,
  GLASSDOME,
  type RunOptions,
  runToEnd,
  startCliSystem,
} from '../../support/broker/cliSystem.js';
import { HARD_VARIABLES } from '../../support/cases/hardValues.js';

describe('glassdome credentials run', function () {
  this.timeout(60_000);
  let system: CliSystem;
  const canary = `canary-${randomBytes(9).toString('hex')}`;

  before(async () => {
    system = await startCliSystem();
    const fields = { ...HARD_VARIABLES, OPENAI_API_KEY: canary };
    await other('Hard', fields, Object.keys(fields));
  });
  after(() => system.stop());

  /** A credential of the admin whose variables are called as its fields. */
  async function other(name: string, fields: Record<string, string>, variables: string[]): Promise<void> {
    const env_names = Object.fromEntries(variables.map((variable) => [variable, variable]));
    const made = await system.send('POST', '/api/credentials', {
      name,
      service_type: 'other',
      fields,
      env_names,
    });
    expect(made.status, await made.text()).to.equal(201);
  }

  const credentials = (words: string[], options: RunOptions = {}): Promise<Ended> =>
    system.glassdome(['credentials', ...words], options);
  const node = (code: string) => [process.execPath, '-e', code];

  function file(name: string, text: string): string {
    const path = join(system.folder, name);
    writeFileSync(path, text);
    return path;
  }

  it('gives the child every value as it is, by its environment only', async () => {
    const { code, stdout } = await credentials([
      'run',
      '--',
      ...node('console.log(JSON.stringify(process.env))'),
    ]);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ ...HARD_VARIABLES, OPENAI_API_KEY: canary });
  });

  it('shows no value on its command lines, in its output or on disk', async () => {
    const env = { ...system.admin, MARK: `mark-${process.pid}` };
    const words = [
      'credentials',
      'run',
      '--verbose',
      '--',
      ...node('console.log("up");setTimeout(() => {}, 60000)'),
    ];
    const child = spawn(process.execPath, [GLASSDOME, ...words], { env });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    await firstOutput(child);
    const lines = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => textOf(`/proc/${pid}/cmdline`));
    child.kill('SIGTERM');
    await ended(child);
    expect(lines.some((line) => line.includes('setTimeout'))).to.equal(true);
    for (const line of [...lines, said]) expect(line).not.to.contain(canary);
    const files = readdirSync(system.folder).map((name) => textOf(join(system.folder, name)));
    for (const text of files) expect(text).not.to.contain(canary);
    expect(said).to.match(/OPENAI_API_KEY +"Hard", version 1, field OPENAI_API_KEY/);
  });

  it('lets the values of the broker win over those of a .env, and the shell over the .env', async () => {
    const path = file(
      'some.env',
      `OPENAI_API_KEY=old\nPLAIN='a b'\nSHELL_SET=file\nexport REF=$\{PLAIN}!\nALONE\nbad line\n`,
    );
    const env = { ...system.admin, SHELL_SET: 'shell', OPENAI_API_KEY: 'shell' };
    const words = [
      'run',
      '--env-file',
      path,
      '--verbose',
      '--',
      ...node('console.log(JSON.stringify(process.env))'),
    ];
    const { stdout, stderr } = await credentials(words, { env });
    const seen = JSON.parse(stdout) as Record<string, string>;
    expect(seen).to.include({ OPENAI_API_KEY: canary, PLAIN: 'a b', SHELL_SET: 'shell', REF: 'a b!' });
    expect(seen).not.to.have.property('ALONE');
    expect(stderr).to.match(/OPENAI_API_KEY +"Hard".*over the value of the file/);
    expect(stderr)
      .to.contain(`PLAIN           ${path}`)
      .and.match(/SHELL_SET +the environment/);
    expect(stderr).to.contain('line 6 is not NAME=value');
    expect(stderr).not.to.contain(canary).and.not.contain('a b');
  });

  it('reads --env-file itself: Node, which has an option of that name, never sees it', async () => {
    chmodSync(GLASSDOME, 0o755);
    const missing = join(system.folder, 'missing.env');
    const words = ['credentials', 'run', '--env-file', missing, '--', 'true'];
    const done = await runToEnd(GLASSDOME, words, { env: system.admin });
    expect(done.code).to.equal(2);
    expect(done.stderr).to.contain('no such file');
    const childs = ['credentials', 'run', '--', 'echo', '--env-file', missing];
    const other = await runToEnd(GLASSDOME, childs, { env: system.admin });
    expect(other.stdout).to.equal(`--env-file ${missing}\n`);
  });

  it('does not hand its own login on', async () => {
    const { access_token } = JSON.parse(readFileSync(join(system.folder, 'admin.json'), 'utf8'));
    const { GLASSDOME_BROKER_SESSION_FILE: _, ...rest } = system.admin;
    const env = { ...rest, GLASSDOME_BROKER_TOKEN: access_token };
    const { stdout, code } = await credentials(
      ['run', '--', ...node('console.log(JSON.stringify(process.env))')],
      { env },
    );
    expect(code).to.equal(0);
    expect(stdout).not.to.contain(access_token).and.not.contain('GLASSDOME_BROKER_TOKEN');
  });

  it('tells which login was refused, and when something else than a broker answers', async () => {
    const { GLASSDOME_BROKER_SESSION_FILE: _, ...rest } = system.admin;
    const token = await credentials(['env'], { env: { ...rest, GLASSDOME_BROKER_TOKEN: 'a.b.c' } });
    expect(token.code).to.equal(3);
    expect(token.stderr).to.contain('(GLASSDOME_BROKER_TOKEN) was refused').and.not.contain('a.b.c');
    const account = { GLASSDOME_BROKER_CLIENT_ID: 'a', GLASSDOME_BROKER_CLIENT_SECRET: 'canary-b' };
    const client = await credentials(['env'], { env: { ...rest, ...account } });
    expect(client.code).to.equal(3);
    expect(client.stderr).to.contain('(GLASSDOME_BROKER_CLIENT_ID').and.not.contain('canary-b');
    const stranger = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    const env = { ...rest, GLASSDOME_BROKER_URL: url, GLASSDOME_BROKER_TOKEN: 'a.b.c' };
    const strange = await credentials(['run', '--', 'true'], { env });
    stranger.close();
    expect(strange.code).to.equal(7);
    expect(strange.stderr).to.contain('not as the broker does');
  });

  it('passes the exit code on, with 128 + n for a signal, 127 and 126 as shells do', async () => {
    expect((await credentials(['run', '--', 'sh', '-c', 'exit 42'])).code).to.equal(42);
    expect((await credentials(['run', 'sh', '-c', 'kill -KILL $$'])).code).to.equal(137);
    const missing = await credentials(['run', '--', 'no-such-program-here']);
    expect(missing.code).to.equal(127);
    expect(missing.stderr).to.contain('Program not found');
    expect((await credentials(['run', '--', file('not-executable', 'x')])).code).to.equal(126);
    expect((await credentials(['run'])).code).to.equal(2);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) {
    it(`forwards ${signal} and waits for what the child makes of it`, async () => {
      const script = `process.on('${signal}', () => process.exit(7)); setInterval(() => {}, 1000); console.log('up')`;
      const words = ['credentials', 'run', '--', ...node(script)];
      const child = spawn(process.execPath, [GLASSDOME, ...words], { env: system.admin });
      await firstOutput(child);
      child.kill(signal);
      expect(await ended(child)).to.equal(7);
    });
  }

  it('takes no variable from a broker that would change which programs run', async () => {
    const source = { credential_id: 'x', name: 'Two', version: 1, field: 'x' };
    const environment = {
      variables: { LD_PRELOAD: '/x.so', PATH: '/x', FINE: 'yes' },
      sources: { LD_PRELOAD: source, PATH: source, FINE: source },
      conflicts: [],
      failed: [],
    };
    // Ours refuses to store such names; one of an earlier version may hold them.
    const elder = createServer((_request, response) => void response.end(JSON.stringify(environment)));
    await new Promise<void>((resolve) => elder.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(elder.address() as AddressInfo).port}`;
    const env = { ...system.admin, GLASSDOME_BROKER_URL: url, GLASSDOME_BROKER_TOKEN: 'a.b.c' };
    const words = ['credentials', 'run', '--', ...node('console.log(JSON.stringify(process.env))')];
    const { stdout, stderr } = await system.glassdome(words, { env });
    elder.close();
    expect(JSON.parse(stdout))
      .to.include({ FINE: 'yes', PATH: system.admin['PATH'] })
      .and.not.have.property('LD_PRELOAD');
    expect(stderr).to.contain('LD_PRELOAD of "Two" was left out').and.contain('PATH of "Two"');
  });

  it('tells conflicts and leaves them out', async () => {
    await other('One', { TWICE: canary }, ['TWICE']);
    await other('Two', { TWICE: 'x' }, ['TWICE']);
    const { stdout, stderr, code } = await credentials([
      'run',
      '--',
      ...node('console.log(JSON.stringify(process.env))'),
    ]);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).not.to.have.property('TWICE');
    expect(stderr).to.contain('TWICE was left out: more than one credential claims it (local:admin/');
    const way = /credentials update "(.*)" --env TWICE=$/m.exec(stderr)?.[1] ?? '';
    expect((await credentials(['update', way, '--env', 'TWICE='])).code).to.equal(0);
    const mended = await credentials(['env', '--only', 'TWICE', '--json']);
    expect(Object.keys(JSON.parse(mended.stdout))).to.deep.equal(['TWICE']);
    expect((await credentials(['update', way, '--env', 'TWICE=TWICE'])).code).to.equal(0);
    const named = await credentials(['run', '--only', 'TWICE', '--', 'true']);
    expect(named.code).to.equal(6);
    expect((await credentials(['run', '--only', 'NOPE', '--', 'true'])).code).to.equal(5);
    const only = await credentials(['env', '--only', 'HARD_1', '--json']);
    expect(Object.keys(JSON.parse(only.stdout))).to.deep.equal(['HARD_1']);
  });

  const shown = (name: string) => ['--', ...node(`console.log(process.env.${name})`)];

  it('reports what it overrides in the shell, by name; keeps it with --no-override', async () => {
    await other('Mine', { SHELL_KEY: canary, SHELL_SAME: 'same' }, ['SHELL_KEY', 'SHELL_SAME']);
    const env = { ...system.admin, SHELL_KEY: 'of the shell', SHELL_SAME: 'same' };
    const over = await credentials(['run', ...shown('SHELL_KEY')], { env });
    expect(over.stdout.trim()).to.equal(canary);
    expect(over.stderr).to.contain('set in the shell and overridden: SHELL_KEY ("Mine")');
    expect(over.stderr).not.to.contain('SHELL_SAME').and.not.contain('of the shell');
    const kept = await credentials(['run', '--no-override', ...shown('SHELL_KEY')], { env });
    expect(kept.stdout.trim()).to.equal('of the shell');
  });

  it('starts nothing with --strict on a conflict or an override by somebody else, with --require on a gap', async () => {
    const strict = await credentials(['run', '--strict', '--', 'true']);
    expect([strict.code, strict.stderr]).to.satisfy(([code, text]: [number, string]) => {
      return code === 6 && text.includes('TWICE') && text.includes('--strict');
    });
    const missing = await credentials(['run', '--require', 'SHELL_KEY', 'NOT_THERE', '--', 'true']);
    expect(missing.code).to.equal(5);
    expect(missing.stderr).to.contain('NOT_THERE is not set').and.not.contain('SHELL_KEY is');
    expect((await credentials(['run', '--require', 'SHELL_KEY', '--', 'true'])).code).to.equal(0);
  });

  it('takes only credentials with a label', async () => {
    const { stdout } = await credentials(['env', '--label', 'no=such', '--json']);
    expect(JSON.parse(stdout)).to.deep.equal({});
    await credentials(['update', 'Mine', '--label', 'stage=prod']);
    const labelled = await credentials(['env', '--label', 'stage=prod', '--json']);
    expect(Object.keys(JSON.parse(labelled.stdout))).to.deep.equal(['SHELL_KEY', 'SHELL_SAME']);
  });

  it('warns of a leftover .env in the data folder', async () => {
    file('.env', `SHELL_KEY=old\nUNKNOWN=x\n`);
    const env = { ...system.admin, GLASSDOME_DATA_DIR: system.folder };
    const { stderr, code } = await credentials(['run', '--', 'true'], { env });
    expect(code).to.equal(0);
    expect(stderr).to.contain('.env still holds SHELL_KEY, which the broker sets').and.not.contain('UNKNOWN');
  });

  it('says so when nothing is readable, and what waits to be accepted', async () => {
    const secretFile = join(system.folder, 'lonely.secret');
    const made = await system.glassdome([
      'service-accounts',
      'create',
      'lonely',
      '--secret-file',
      secretFile,
      '--json',
    ]);
    expect(made.code, made.stderr).to.equal(0);
    const { id } = JSON.parse(made.stdout);
    const env = {
      ...system.admin,
      GLASSDOME_BROKER_CLIENT_ID: id,
      GLASSDOME_BROKER_CLIENT_SECRET_FILE: secretFile,
    };
    const bare = await credentials(['run', '--', 'true'], { env });
    expect(bare.stderr).to.contain('no credential is readable for sa:lonely, so no variables were set');
    expect((await credentials(['run', '--require-any', '--', 'true'], { env })).code).to.equal(5);
    await credentials(['grant', 'Mine', '--to', `service_account:${id}`, '--level', 'use']);
    const use = await credentials(['run', '--', 'true'], { env });
    expect(use.stderr).to.contain('1 can be used, but not read');
  });

  it('prints names without values, and values only in a format that gives them back', async () => {
    const names = await credentials(['env']);
    expect(names.stdout)
      .to.match(/OPENAI_API_KEY +Hard +1 +OPENAI_API_KEY/)
      .and.not.contain(canary);
    const dotenv = parseDotenv((await credentials(['env', '--format', 'dotenv'])).stdout);
    const values = Object.fromEntries(dotenv.entries.map((e) => [e.name, e.value]));
    expect(values).to.include(HARD_VARIABLES);
    expect(dotenv.warnings).to.deep.equal([]);
    const { stdout } = await credentials(['env', '--format', 'shell']);
    const script = `${stdout}\nexec '${process.execPath}' -e 'console.log(JSON.stringify(process.env))'`;
    const shell = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: {} });
    expect(JSON.parse(shell.stdout)).to.include(HARD_VARIABLES);
    expect(JSON.parse((await credentials(['env', '--format', 'json'])).stdout)).to.include(HARD_VARIABLES);
    expect((await credentials(['env', '--format', 'yaml'])).code).to.equal(2);
  });

  it('starts nothing when the broker can not be reached or its Vault does not answer', async () => {
    const touched = join(system.folder, 'touched');
    const words = ['run', '--env-file', file('whole.env', 'A=b\n'), '--', 'touch', touched];
    const env = {
      ...system.admin,
      GLASSDOME_BROKER_URL: 'http://127.0.0.1:1',
      GLASSDOME_BROKER_TOKEN: 'a.b.c',
    };
    const gone = await credentials(words, { env });
    expect(gone.code).to.equal(7);
    expect(gone.stderr).to.contain('No broker is reachable at http://127.0.0.1:1');
    await system.vault.seal();
    const sealed = await credentials(words);
    expect(sealed.code, sealed.stderr).to.equal(7);
    expect(existsSync(touched)).to.equal(false);
  });
});

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A process that has just ended, or a folder.
    return '';
  }
}

const firstOutput = (child: ChildProcess) => new Promise((resolve) => child.stdout?.once('data', resolve));
const ended = (child: ChildProcess) => new Promise((resolve) => child.once('close', (code) => resolve(code)));
