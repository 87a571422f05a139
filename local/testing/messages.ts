/** A server that a killed worker leaves behind: its folder and its processes, none once it has stopped. */
export interface ServerOfWorker {
  folder: string;
  pids: number[];
}

/** What a worker process reports to the runner. */
export type FromWorker =
  | { kind: 'alive' }
  | { kind: 'passed' }
  | { kind: 'failed'; title: string }
  | { kind: 'skipped'; title: string; reason: string }
  | ({ kind: 'server' } & ServerOfWorker)
  | { kind: 'ended' };

/** What the runner asks of a worker process: to run one suite file. */
export interface ToWorker {
  file: string;
}

/** How often a worker says that its event loop runs. */
export const ALIVE_EVERY_MS = 2_000;
