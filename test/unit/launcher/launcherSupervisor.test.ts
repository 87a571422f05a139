import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Supervisor } from '../../../local/process/supervisor.js';
import { eventually } from '../../support/eventually.js';

describe('the supervisor of the launcher', () => {
  let folder: string;
  let log: string;
  let said: string[];
  let gaveUp: string[];
  let supervisor: Supervisor;
  let children: ChildProcess[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'broker-supervisor-'));
    log = join(folder, 'log');
    said = [];
    gaveUp = [];
    children = [];
    const pace = { firstMs: 5, longestMs: 20, limit: 2, withinMs: 60_000 };
    supervisor = new Supervisor(
      (line) => said.push(line),
      (reason) => gaveUp.push(reason),
      pace,
    );
  });
  afterEach(async () => {
    await supervisor.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async () => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    children.push(child);
    return { child, stop: async () => void child.kill('SIGKILL') };
  };
  const part = (over: Partial<Parameters<Supervisor['keep']>[0]> = {}) => ({
    name: 'Vault',
    log,
    start,
    ...over,
  });

  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const)
    it(`starts a server again that ${signal} ended, and reports it with the last error of its log`, async () => {
      await supervisor.keep(part());
      appendFileSync(log, '[ERROR] core: no space left on device\n[INFO] bye\n');
      children[0]?.kill(signal);
      await eventually(
        'it runs again',
        async () => said.some((line) => line.includes('running again')) || undefined,
      );
      expect(children).to.have.length(2);
      expect(said[0]).to.equal(
        `✗ Vault ended: signal ${signal}\n  log:        ${log}\n  last error: [ERROR] core: no space left on device`,
      );
    });

  it('tries again when a new start fails, and gives up where it ends too often', async () => {
    let starts = 0;
    const fails = async () => {
      starts += 1;
      if (starts > 1) throw new Error('Port 8401 is taken');
      return start();
    };
    await supervisor.keep(part({ start: fails }));
    children[0]?.kill('SIGKILL');
    await eventually('it gives up', async () => gaveUp[0]);
    expect(starts).to.equal(3);
    expect(gaveUp).to.deep.equal(['Vault ended 3 times; giving up.']);
    expect(said.join('\n')).to.contain('✗ Vault ended: Port 8401 is taken');
  });

  it('names the log, and the last error in it, of a server that does not start', async () => {
    const fails = async () => {
      appendFileSync(
        log,
        '{"level":"error","message":"vault_login_failed"}\n{"level":"info","message":"x"}\n',
      );
      throw new Error('The broker did not become ready within 60 s');
    };
    appendFileSync(log, '{"level":"error","message":"of an earlier start"}\n');
    const message = await supervisor.keep(part({ start: fails })).catch((error: Error) => error.message);
    expect(message).to.equal(
      `The broker did not become ready within 60 s\n  log:        ${log}\n  last error: {"level":"error","message":"vault_login_failed"}`,
    );
  });

  it('stops the last one first and starts nothing again', async () => {
    const order: string[] = [];
    const stopping = (name: string) => async () => {
      const running = await start();
      return {
        child: running.child,
        stop: async () => {
          order.push(name);
          await running.stop();
        },
      };
    };
    await supervisor.keep(part({ start: stopping('Postgres') }));
    await supervisor.keep(part({ start: stopping('Vault') }));
    await supervisor.stop();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(order).to.deep.equal(['Vault', 'Postgres']);
    expect(children).to.have.length(2);
    expect(said).to.deep.equal([]);
  });

  it('restarts a server that is asked to, and does not count its end', async () => {
    await supervisor.keep(part());
    for (let round = 0; round < 4; round += 1) await supervisor.restart('Vault');
    expect(children).to.have.length(5);
    expect(said).to.deep.equal([]);
    expect(gaveUp).to.deep.equal([]);
    children[4]?.kill('SIGKILL');
    await eventually('the last one is kept', async () => children[5]);
  });

  it('leaves a server down whose restart fails, until the next one', async () => {
    let broken = false;
    const sometimes = async () => {
      if (broken) throw new Error('a bad import');
      return start();
    };
    await supervisor.keep(part({ start: sometimes }));
    broken = true;
    const failed = await supervisor.restart('Vault').catch((error: Error) => error.message);
    expect(failed).to.contain('a bad import');
    expect(children).to.have.length(1);
    broken = false;
    await supervisor.restart('Vault');
    expect(children).to.have.length(2);
  });
});
