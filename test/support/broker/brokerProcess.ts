import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type GlassdomeRole, glassdomeToken } from '../cases/glassdomeToken.js';
import type { BrokerParts } from './brokerParts.js';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
const READY_WITHIN_MS = 20_000;

export interface BrokerProcess {
  child: ChildProcess;
  base: string;
  /** All that it has printed so far, logs included. */
  output(): string;
  /** A token of Glassdome's for its user `id`. */
  token(id: number, role?: GlassdomeRole): string;
  /** Ends the process, by default as a crash does, and waits until it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** The real program as a process of its own, ready to serve. */
export async function startBrokerProcess(
  parts: BrokerParts,
  command: 'api' | 'all' = 'api',
  nodeFlags: readonly string[] = [],
): Promise<BrokerProcess> {
  const env = {
    PATH: process.env['PATH'],
    ...parts.env,
    LOG_LEVEL: 'info',
  };
  const child = spawn(process.execPath, [...nodeFlags, main, command], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const base = `http://127.0.0.1:${parts.env['BROKER_PORT']}`;
  await ready(base, child, () => output);
  return {
    child,
    base,
    output: () => output,
    token: (id, role = 'engineer') => glassdomeToken(parts.glassdomeKey, { id, role }),
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await gone;
    },
  };
}

async function ready(base: string, child: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(`${base}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the broker is not ready:\n${output()}`);
}
