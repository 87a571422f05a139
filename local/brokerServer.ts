import { type ChildProcess, spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { packageRoot } from './files/paths.js';
import { startChild, stopChild, waitUntil } from './process/child.js';
import type { Running } from './process/supervisor.js';

export const program = join(packageRoot(), 'dist', 'src', 'main.js');
/** Leaves the broker its own 25 s. */
const STOP_WITHIN_MS = 26_000;

/** Runs one command of the broker to its end; what it printed as its error, where it failed. */
export function brokerCommand(args: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  const done = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  return done.status === 0 ? undefined : done.stderr.trim();
}

interface Options {
  env: NodeJS.ProcessEnv;
  /** Host and port to ask at. */
  at: string;
  log: string;
  pidFile: string;
  /** Starts the process; left out, a plain one. */
  spawn?: (how: BrokerProcess) => ChildProcess;
  stopWithinMs?: number;
}

/** What a process of the broker is started with. */
export interface BrokerProcess {
  env: NodeJS.ProcessEnv;
  /** Descriptor of its log. */
  log: number;
  pidFile: string;
}

/** Starts API and worker in one process; resolves when it is ready. */
export async function startBroker(options: Options): Promise<Running> {
  const { env, at, pidFile, spawn = plain, stopWithinMs = STOP_WITHIN_MS } = options;
  const log = openSync(options.log, 'a', 0o600);
  const child = spawn({ env, log, pidFile });
  const stop = () => stopChild(child, 'SIGTERM', stopWithinMs);
  const scheme = env['TLS_CERT_FILE'] === undefined ? 'http' : 'https';
  // Its own certificate need not name this address nor come from a known CA; only readiness is asked.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const get = (path: string) => fetch(`${scheme}://${at}${path}`, { dispatcher, redirect: 'error' });
  try {
    await waitUntil(
      'The broker',
      child,
      async () => (await get('/readyz')).ok && isBroker(await get('/openapi.json')),
    );
  } catch (error) {
    await stop();
    throw error;
  } finally {
    await dispatcher.close();
  }
  return { child, stop };
}

function plain({ env, log, pidFile }: BrokerProcess): ChildProcess {
  const how = { env, stdio: ['ignore' as const, log, log] };
  return startChild(process.execPath, [program, 'all'], how, pidFile);
}

/** Another server on this port may find itself ready, too. */
async function isBroker(answer: Awaited<ReturnType<typeof fetch>>): Promise<boolean> {
  const { info } = (await answer.json()) as { info?: { title?: string } };
  return info?.title?.includes('Glassdome') === true;
}
