import { cpSync, existsSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Account, unprivilegedAccount } from '../admin/account.js';
import { stopOrphan } from '../process/pidFile.js';

/** Where versions before 0.2 kept Postgres's data when the data folder was closed to its account. */
export function oldPlaceOf(data: string): string {
  return `/var/tmp/glassdome-broker-${Buffer.from(data).toString('hex').slice(-24)}`;
}

/**
 * Moves the data of Postgres from there into the data folder, where it belongs to that: its passwords are here and its
 * data is not. True when it did.
 */
export async function moveIn(
  data: string,
  old = oldPlaceOf(data),
  account: Account = unprivilegedAccount(),
): Promise<boolean> {
  const folder = join(data, 'postgres');
  if (account.uid === undefined || existsSync(folder) || !existsSync(join(old, 'PG_VERSION'))) return false;
  const ours = existsSync(join(data, 'postgres-passwords.json')) && lstatSync(old).uid === account.uid;
  if (!ours) return false;
  await stopOrphan({ file: join(old, 'postmaster.pid'), words: old }, 'SIGINT');
  const staged = `${folder}.moved-${process.pid}`;
  cpSync(old, staged, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  renameSync(staged, folder);
  rmSync(old, { recursive: true, force: true });
  return true;
}
