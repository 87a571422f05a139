import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.js';

const SIGNAL = 'SIGUSR2';

/** Flags of a Node process whose heap is looked into; in production there are none. */
export const heapSnapshots = (folder: string): string[] => [
  `--heapsnapshot-signal=${SIGNAL}`,
  `--diagnostic-dir=${folder}`,
];

/** All that the process holds, strings included, after its garbage is collected. */
export async function heapSnapshot(child: ChildProcess, folder: string): Promise<string> {
  child.kill(SIGNAL);
  let size = 0;
  const file = await eventually('a heap snapshot', async () => {
    const name = readdirSync(folder).find((one) => one.endsWith('.heapsnapshot'));
    if (name === undefined) return undefined;
    const before = size;
    size = statSync(join(folder, name)).size;
    return size > 0 && size === before && isWhole(join(folder, name)) ? join(folder, name) : undefined;
  });
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text;
}

const isWhole = (file: string) => readFileSync(file, 'utf8').trimEnd().endsWith('}');
