import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { oneTimePassword } from '../src/usecases/users.js';
import { readPrivate, writePrivate } from './privateFile.js';

/** The first admin, until his password was shown. */
export interface FirstAdmin {
  username: string;
  password: string;
  /** After the password was shown: it is not shown again, and rests here no more. */
  shown(): void;
}

/**
 * Makes the first admin at the first start; undefined later. One that was stopped before the password was shown shows
 * the same one. `create` makes him, and answers what it printed when it failed.
 */
export function firstAdmin(
  data: string,
  username: string,
  create: (passwordFile: string) => string | undefined,
): FirstAdmin | undefined {
  const done = join(data, 'admin-made');
  const file = join(data, 'admin-password');
  if (existsSync(done)) {
    // Stopped between the two steps of `shown`.
    rmSync(file, { force: true });
    return undefined;
  }
  const password = readPrivate(file) ?? oneTimePassword().reveal();
  writePrivate(file, password);
  const problem = create(file);
  if (problem !== undefined && !problem.includes('There are people already'))
    throw new Error(`The first admin could not be made: ${problem}`);
  return {
    username,
    password,
    shown: () => {
      // In this order: a password file that is gone without the mark would be made anew, and that password is no one's.
      writePrivate(done, new Date().toISOString());
      rmSync(file, { force: true });
    },
  };
}
