import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lineSink } from '../../../src/adapters/log.js';

const log = fileURLToPath(new URL('../../../src/adapters/log.js', import.meta.url));
/** Logs until it ends by itself with 7. */
const LOGS = `const { createLog } = await import(${JSON.stringify(log)});
  process.stdout.on('error', () => undefined);
  const log = createLog('info');
  const timer = setInterval(() => log.info('x'.repeat(5000)), 5);
  setTimeout(() => { clearInterval(timer); process.exit(7); }, 300);`;

/** A disk that takes `room` bytes. */
function disk(room: number) {
  let text = '';
  const state = { room, text: () => text };
  const fs = {
    writeSync(_fd: number, chunk: Buffer): number {
      if (state.room === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      const many = Math.min(state.room, chunk.length);
      text += chunk.subarray(0, many).toString();
      state.room -= many;
      return many;
    },
  };
  return { state, sink: lineSink(1, fs) };
}

describe('The log', () => {
  it('loses lines while the disk is full, and says how many when there is room again', async () => {
    const { state, sink } = disk(13);
    for (const line of ['one', 'two', 'three and more', 'four', 'five']) sink.write(`${line}\n`);
    expect(state.text()).to.equal('one\ntwo\nthree');
    state.room = 1_000;
    sink.write('six\n');
    sink.write('seven\n');
    expect(state.text()).to.equal(
      'one\ntwo\nthree\n{"level":"warn","message":"log_lines_lost","lines":3}\nsix\nseven\n',
    );
  });

  for (const [kind, path] of [['a full device', '/dev/full']] as const)
    it(`ends no process on ${kind}`, async () => {
      const fd = openSync(path, 'w');
      const child = spawn(process.execPath, ['--input-type=module', '-e', LOGS], {
        stdio: ['ignore', fd, fd],
      });
      const [code] = await once(child, 'exit');
      closeSync(fd);
      expect(code).to.equal(7);
    });

  it('ends no process whose reader is gone', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', LOGS], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code] = await once(child, 'exit');
    expect(code).to.equal(7);
  });
});
