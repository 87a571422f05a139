import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes the folder where it is missing. False when it can't be made, or when another user of this machine could put
 * something there: then it is a link, belongs to them, or they may write to it. A folder that is shared by all, such as
 * /var/tmp, is good as a parent only with the sticky bit.
 */
export function ownFolder(folder: string): boolean {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    const parent = lstatSync(dirname(folder));
    if (parent.isSymbolicLink() || (writable(parent.mode) && (parent.mode & 0o1000) === 0)) return false;
    mkdirSync(folder, { mode: 0o755 });
    // The umask may have closed it.
    chmodSync(folder, 0o755);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === process.getuid?.() && !writable(found.mode);
}

const writable = (mode: number) => (mode & 0o022) !== 0;
