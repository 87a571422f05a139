import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runChild } from './child.js';

/** Process id of the program that handed over, how often that has happened, and the programs it went through. */
const TRAIL = 'GLASSDOME_HAND_OVER';
/** More than any real chain; a wrapper that calls us from a separate process would loop forever. */
const MAX_HOPS = 8;

interface Trail {
  hops: number;
  visited: string[];
}

/** Every `glassdome` on PATH in its order, one entry a program, whatever its links are called. */
export function glassdomesOnPath(env: NodeJS.ProcessEnv = process.env): { path: string; real: string }[] {
  const found = new Map<string, { path: string; real: string }>();
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder === '' ? '.' : folder, 'glassdome');
    if (!isProgram(path)) continue;
    const real = realpathSync(path);
    if (!found.has(real)) found.set(real, { path, real });
  }
  return [...found.values()];
}

/** The `glassdome` that commands which are not ours go to: the first on PATH that is neither we nor was asked before. */
export function nextGlassdome(self: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { visited } = trailOf(env);
  const own = realpathSync(self);
  return glassdomesOnPath(env).find(({ real }) => real !== own && !visited.includes(real))?.path;
}

/** Runs the other `glassdome` in our place, with the same arguments; undefined when there is none. */
export async function handOver(self: string, argv: readonly string[]): Promise<number | undefined> {
  const trail = trailOf(process.env);
  const next = nextGlassdome(self);
  if (next === undefined || trail.hops >= MAX_HOPS) return undefined;
  const visited = [...trail.visited, realpathSync(self), realpathSync(next)];
  const env = { ...process.env, [TRAIL]: [process.pid, trail.hops + 1, ...visited].join(delimiter) };
  return runChild(next, argv, env);
}

/**
 * Only our direct parent's trail names programs to skip: an inherited one is of a hand-over that reached its end. After
 * some rounds it counts in any case, since then a wrapper in between calls us again and again.
 */
function trailOf(env: NodeJS.ProcessEnv): Trail {
  const [pid, hops, ...visited] = (env[TRAIL] ?? '').split(delimiter);
  const count = Number(hops) || 0;
  const known = Number(pid) === process.ppid || count >= MAX_HOPS / 2;
  return { hops: count, visited: known ? visited : [] };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
