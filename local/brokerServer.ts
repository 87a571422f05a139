import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { packageRoot } from './files/paths.js';
import { startChild, stopChild, waitUntil } from './process/child.js';
import type { Running } from './process/supervisor.js';

const program = join(packageRoot(), 'dist', 'src', 'main.js');
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
}

/** Starts API and worker in one process; resolves when it is ready. */
export async function startBroker({ env, at, log: file, pidFile }: Options): Promise<Running> {
  const log = openSync(file, 'a', 0o600);
  const spawned = { env, stdio: ['ignore' as const, log, log] };
  const child = startChild(process.execPath, [program, 'all'], spawned, pidFile);
  const stop = () => stopChild(child, 'SIGTERM', STOP_WITHIN_MS);
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

/** Another server on this port may find itself ready, too. */
async function isBroker(answer: Awaited<ReturnType<typeof fetch>>): Promise<boolean> {
  const { info } = (await answer.json()) as { info?: { title?: string } };
  return info?.title?.includes('Glassdome') === true;
}
