import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The account of a process; empty where it is our own. */
export interface Account {
  uid?: number;
  gid?: number;
}

/** Postgres refuses to run as root, so an account that is there already is used. */
export function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((row) => row.split(':'));
  const row = rows.find((r) => r[0] === 'nobody') ?? rows.find((r) => Number(r[2]) > 0);
  return { uid: Number(row?.[2]), gid: Number(row?.[3]) };
}

/** Whether the account may enter the folder by its path: tried, since rights come from more than mode bits. */
export function canEnter(folder: string, account: Account): boolean {
  const how = { ...account, cwd: '/', env: {}, stdio: 'ignore' as const };
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], how).status === 0;
}
