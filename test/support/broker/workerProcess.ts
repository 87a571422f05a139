import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stopChild } from '../../../local/process/child.js';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));

type LogLine = Record<string, unknown>;

export interface WorkerProcess {
  /** All that it has logged so far. */
  lines(): LogLine[];
  /** Resolves with the lines of that event as soon as there are so many; rejects when the process ends before. */
  logged(event: string, many?: number): Promise<LogLine[]>;
  stop(): Promise<void>;
}

/** The real program as a worker alone, or as that command, with this environment and nothing else. */
export function startWorkerProcess(env: Record<string, string>, command = 'worker'): WorkerProcess {
  const child: ChildProcess = spawn(process.execPath, [main, command], {
    env: { PATH: process.env['PATH'], ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const lines = () =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine);
  return {
    lines,
    logged: (event, many = 1) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines().filter(({ message }) => message === event);
          if (found.length >= many) resolve(found);
        };
        const ended = () => reject(new Error(`the worker ended:\n${output}`));
        child.stdout?.on('data', look);
        child.once('exit', ended);
        look();
        if (child.exitCode !== null) ended();
      }),
    stop: () => stopChild(child, 'SIGTERM'),
  };
}
