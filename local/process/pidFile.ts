import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readPrivate } from '../files/privateFile.js';

/** A process that noted its number in a file, and words of its command line that no stranger with that number has. */
export interface Noted {
  file: string;
  words: string;
  /** Whether it leads a process group that ends with it. */
  group?: boolean;
}

/** The number of the noted process, where it still runs. */
export function notedAlive({ file, words }: Noted): number | undefined {
  const pid = Number.parseInt(readPrivate(file) ?? '', 10);
  return pid > 0 && commandOf(pid)?.includes(words) === true ? pid : undefined;
}

/** Ends what a killed launcher left behind: asks with `signal`, insists after `graceMs`. True when there was something. */
export async function stopOrphan(noted: Noted, signal: NodeJS.Signals, graceMs = 30_000): Promise<boolean> {
  const pid = notedAlive(noted);
  if (pid === undefined) return false;
  const target = noted.group ? -pid : pid;
  signalTo(target, 'SIGCONT');
  signalTo(target, signal);
  for (const until = Date.now() + graceMs; notedAlive(noted) === pid && Date.now() < until; ) await sleep(50);
  if (notedAlive(noted) === pid) signalTo(target, 'SIGKILL');
  while (notedAlive(noted) === pid) await sleep(50);
  rmSync(noted.file, { force: true });
  return true;
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended in this moment.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The command line of a process with blanks between its words; undefined when it is gone or a zombie. */
function commandOf(pid: number): string | undefined {
  if (!existsSync('/proc/self/cmdline')) {
    const { status, stdout } = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return status === 0 ? stdout : undefined;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') || undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
