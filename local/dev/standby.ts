import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type BrokerProcess, program } from '../brokerServer.js';
import { packageRoot } from '../files/paths.js';
import { writePrivate } from '../files/privateFile.js';
import { startChild } from '../process/child.js';

const WARM = join(packageRoot(), 'dist', 'local', 'dev', 'warm.js');

/** Keeps a process ready that becomes the next broker, so that a start takes less time. */
export class Standby {
  #next: ChildProcess | undefined;
  #how: BrokerProcess | undefined;

  /** @param inspect the port on which the broker lets a debugger connect; left out, none. */
  constructor(private readonly inspect: string | undefined) {}

  /** The broker, from now on under the process number in `pidFile`. */
  spawn(how: BrokerProcess): ChildProcess {
    this.#how = how;
    const waiting = this.#next;
    const child = waiting?.exitCode === null && waiting.signalCode === null ? waiting : start(how);
    this.#next = undefined;
    writePrivate(how.pidFile, `${child.pid}\n`);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${this.inspect ?? ''}\n`);
    return child;
  }

  /** Makes the next one ready. It ends with the launcher. */
  prepare(): void {
    if (this.#how !== undefined) this.#next ??= start(this.#how);
  }
}

function start({ env, log }: BrokerProcess): ChildProcess {
  const args = ['--enable-source-maps', WARM, program, 'all'];
  return startChild(process.execPath, args, { env, stdio: ['pipe', log, log] });
}
