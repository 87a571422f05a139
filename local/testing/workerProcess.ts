import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signal, stopChild } from '../process/child.js';
import type { FromWorker, ServerOfWorker, ToWorker } from './messages.js';

export interface FileResult {
  passed: number;
  /** The titles of what failed. */
  failed: string[];
  skipped: { title: string; reason: string }[];
  /** All that the file printed. */
  output: string;
  seconds: number;
}

export interface WorkerLimits {
  /** A worker whose event loop has not run for so long hangs. */
  silentMs: number;
  /** A file that takes longer hangs. */
  fileMs: number;
}

const worker = fileURLToPath(new URL('worker.js', import.meta.url));
/** How long a worker may take to stop its servers at the end. */
const STOP_MS = 30_000;

/** A worker process, started when there is a first file for it, and started again after a crash. */
export class WorkerProcess {
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'broker-test-worker-'));
  private readonly log = openSync(join(this.folder, 'output'), 'a+', 0o600);
  private read = 0;
  private readonly servers = new Map<string, ServerOfWorker>();

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly limits: WorkerLimits,
  ) {}

  /** Runs one suite file. A worker that crashes or hangs meanwhile counts as one failure, and is ended. */
  async run(file: string): Promise<FileResult> {
    const result: FileResult = { passed: 0, failed: [], skipped: [], output: '', seconds: 0 };
    const began = performance.now();
    const child = this.running();
    const problem = await this.watched(child, file, result);
    if (problem !== undefined) {
      result.failed.push(`${file}: ${problem}`);
      await this.kill();
    }
    result.seconds = (performance.now() - began) / 1000;
    result.output = this.printed();
    return result;
  }

  private watched(child: ChildProcess, file: string, result: FileResult): Promise<string | undefined> {
    return new Promise((resolve) => {
      const { silentMs, fileMs } = this.limits;
      const hangs = (ms: number) => setTimeout(end, ms, `the worker hangs, after ${ms / 1000} s`);
      let silence = hangs(silentMs);
      const tooLong = hangs(fileMs);
      const gone = (code: number | null, signal: string | null) =>
        end(`the worker ended (${signal ?? `exit code ${code}`})`);
      const heard = (message: FromWorker) => {
        clearTimeout(silence);
        silence = hangs(silentMs);
        if (message.kind === 'ended') end();
        else this.note(message, result);
      };
      function end(problem?: string): void {
        clearTimeout(silence);
        clearTimeout(tooLong);
        child.off('message', heard);
        child.off('exit', gone);
        resolve(problem);
      }
      child.on('message', heard);
      child.once('exit', gone);
      // Where that fails, the process has ended.
      child.send({ file } satisfies ToWorker, () => undefined);
    });
  }

  private note(message: FromWorker, result: FileResult): void {
    if (message.kind === 'passed') result.passed += 1;
    if (message.kind === 'failed') result.failed.push(message.title);
    if (message.kind === 'skipped') result.skipped.push(message);
    if (message.kind === 'server') this.servers.set(message.folder, message);
  }

  private running(): ChildProcess {
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) return child;
    // Both streams go into one file, so that they stay in order and nothing is lost when the process ends.
    this.child = fork(worker, { env: this.env, stdio: ['ignore', this.log, this.log, 'ipc'] });
    return this.child;
  }

  /** What was printed since it was last asked. */
  private printed(): string {
    const parts: Buffer[] = [];
    for (;;) {
      const part = Buffer.alloc(65_536);
      const length = readSync(this.log, part, 0, part.length, this.read);
      if (length === 0) return Buffer.concat(parts).toString('utf8');
      this.read += length;
      parts.push(part.subarray(0, length));
    }
  }

  /** Ends it as it is, with its servers, which it can no longer end itself. */
  async kill(): Promise<void> {
    if (this.child !== undefined) await stopChild(this.child, 'SIGKILL');
    for (const { folder, pids } of this.servers.values()) {
      for (const pid of pids) signal(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    }
    this.servers.clear();
  }

  /** Lets it stop its servers, and ends it. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child?.connected) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(late);
      if (child.exitCode === 0) this.servers.clear();
    }
    await this.kill();
    closeSync(this.log);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
