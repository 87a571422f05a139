import { type FileResult, type WorkerLimits, WorkerProcess } from './workerProcess.js';

export interface SuiteResult extends FileResult {
  suite: string;
}

export interface RunOptions {
  /** In the order in which they are begun. */
  suites: readonly string[];
  fileOf(suite: string): string;
  workers: number;
  env: NodeJS.ProcessEnv;
  limits: WorkerLimits;
  /** As soon as a suite has ended. */
  onResult(result: SuiteResult): void;
}

/** Runs suites in worker processes, each of which takes the next one as soon as it has ended one. */
export async function runSuites(options: RunOptions, signal: AbortSignal): Promise<void> {
  const left = [...options.suites];
  const work = async () => {
    const worker = new WorkerProcess(options.env, options.limits);
    const abort = () => void worker.kill();
    signal.addEventListener('abort', abort);
    try {
      for (let suite = left.shift(); suite !== undefined && !signal.aborted; suite = left.shift())
        options.onResult({ suite, ...(await worker.run(options.fileOf(suite))) });
    } finally {
      await worker.stop();
      signal.removeEventListener('abort', abort);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.workers, left.length) }, work));
}
