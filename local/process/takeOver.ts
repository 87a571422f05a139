import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from '../files/privateFile.js';
import { type Noted, notedAlive, stopOrphan } from './pidFile.js';

/** Where a launcher and its children note themselves. Postgres does so in its own data folder. */
export function notes(data: string, postgresFolder: string): Record<'launcher' | Part, Noted> {
  const file = (name: string) => join(data, 'run', `${name}.pid`);
  return {
    launcher: { file: file('launcher'), words: 'local/' },
    compiler: { file: file('compiler'), words: 'local/dev', group: true },
    broker: { file: file('broker'), words: 'src/main.js all' },
    vault: { file: file('vault'), words: join(data, 'vault', 'vault.hcl') },
    postgres: { file: join(postgresFolder, 'postmaster.pid'), words: `launcher.folder=${postgresFolder}` },
  };
}
type Part = 'compiler' | 'broker' | 'vault' | 'postgres';

/**
 * Makes this process the one launcher of the data folder. Rejects when another one runs; ends, in order, what a
 * killed one left running. Data is safe in all of these: each part is asked to stop and then starts again.
 */
export async function takeOver(
  noted: Record<'launcher' | Part, Noted>,
  say: (line: string) => void,
): Promise<void> {
  const other = notedAlive(noted.launcher);
  if (other !== undefined && other !== process.pid)
    throw new Error(`It is already running, as process ${other}. Stop it with Ctrl-C, or: kill ${other}`);
  mkdirSync(join(noted.launcher.file, '..'), { recursive: true, mode: 0o700 });
  writePrivate(noted.launcher.file, `${process.pid}\n`);
  if (await stopOrphans(noted)) say('• Stopped processes that an earlier start left running');
}

/** True when something still ran. SIGINT is Postgres's fast shutdown. */
export async function stopOrphans(noted: Record<Part, Noted>): Promise<boolean> {
  const compiler = await stopOrphan(noted.compiler, 'SIGTERM');
  const broker = await stopOrphan(noted.broker, 'SIGTERM');
  const vault = await stopOrphan(noted.vault, 'SIGTERM');
  const postgres = await stopOrphan(noted.postgres, 'SIGINT');
  return compiler || broker || vault || postgres;
}

/** The data folder is free for the next launcher. */
export function release({ launcher }: Record<'launcher', Noted>): void {
  rmSync(launcher.file, { force: true });
}
