import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Starts a server in a separate process group, so that Ctrl-C reaches it only through our ordered stop.
 * @param pidFile where it notes its number before it becomes the server, so that no kill of ours can lose it.
 */
export function startChild(
  command: string,
  args: string[],
  options: SpawnOptions,
  pidFile?: string,
): ChildProcess {
  const how = { ...options, detached: true };
  if (pidFile === undefined) return spawn(command, args, how);
  return spawn('/bin/sh', ['-c', 'echo $$ > "$0" && exec "$@"', pidFile, command, ...args], how);
}

/** Signals a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Asks politely, then insists after `graceMs`. Resolves when the process is gone. */
export async function stopChild(
  child: ChildProcess,
  signal: NodeJS.Signals,
  graceMs = 20_000,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const insist = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(insist);
}

/** The port that a variable names. Throws, naming it, where it is none. */
export function portOf(env: NodeJS.ProcessEnv, variable: string, preset: number): number {
  const word = env[variable] ?? String(preset);
  const port = Number(word);
  if (!/^\d{1,5}$/.test(word) || port < 1 || port > 65_535)
    throw new Error(`${variable} must be a whole number from 1 to 65535`);
  return port;
}

/** Rejects with an error that names the variable to change when something else listens on the port. */
export async function requireFreePort(port: number, variable: string, host = '127.0.0.1'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', ({ code }: NodeJS.ErrnoException) =>
      reject(new Error(unusable(port, variable, code))),
    );
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function unusable(port: number, variable: string, code: string | undefined): string {
  if (code === 'EADDRINUSE') return `Port ${port} is taken. Choose another with ${variable}=<port> npm start`;
  if (code === 'EACCES')
    return `Port ${port} needs rights that you don't have. Choose one from 1024 with ${variable}=<port> npm start`;
  return `Port ${port} (${variable}) can't be opened: ${code ?? 'unknown error'}`;
}

/** Below the ports that systems choose for outgoing connections, so that none of those takes it before we do. */
const PORTS = { from: 20_000, pairs: 6_000 };
const given = new Set<number>();

/** A port that is free now, as the next one is, which Vault takes too. This process is given it once. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + 2 * randomInt(PORTS.pairs);
    if (given.has(port) || !(await isFree(port)) || !(await isFree(port + 1))) continue;
    given.add(port);
    return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  requireFreePort(port, '').then(
    () => true,
    () => false,
  );

/** Polls `ready` until it is true; rejects when the child ended or the time ran out. */
export async function waitUntil(
  what: string,
  child: ChildProcess,
  ready: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(
        `${what} ended right after its start (${child.signalCode ?? `exit code ${child.exitCode}`})`,
      );
    if (await ready().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not become ready within ${timeoutMs / 1000} s`);
}
