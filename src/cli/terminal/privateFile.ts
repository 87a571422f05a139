import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { CliError, EXIT, systemReason } from '../exitCodes.js';

/** A file that only its owner can read, made before the secret exists, so that the secret is not lost for want of a place. */
export interface PrivateFile {
  write(text: string): void;
  /** Removes it again; for when there is nothing to write. */
  drop(): void;
}

/** Never overwrites. */
export function makePrivateFile(path: string): PrivateFile {
  let handle: number;
  try {
    handle = openSync(path, 'wx', 0o600);
  } catch (error) {
    throw new CliError(`${path} can't be made: ${systemReason(error)}`, EXIT.usage);
  }
  return {
    write: (text) => {
      writeSync(handle, `${text}\n`);
      closeSync(handle);
    },
    drop: () => {
      closeSync(handle);
      rmSync(path, { force: true });
    },
  };
}
