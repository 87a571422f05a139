import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { oneTimePassword } from '../../src/usecases/people/users.js';
import { readPrivate, writePrivate } from '../files/privateFile.js';

/** The first admin, until their password was shown. */
export interface FirstAdmin {
  username: string;
  password: string;
  /** After the password was shown: it is not shown again, and rests here no more. */
  shown(): void;
}

const markIn = (data: string) => join(data, 'admin-made');

/** The name of the admin that an earlier start made here; undefined where none did. */
export function adminOf(data: string): string | undefined {
  const text = readPrivate(markIn(data))?.trim();
  // Earlier starts wrote the time instead, and made this one unless they were asked for another.
  return text === undefined || !text.endsWith('Z') ? text : (process.env['LOCAL_FIRST_ADMIN'] ?? 'admin');
}

/**
 * Makes the first admin at the first start; undefined later. One that was stopped before the password was shown shows
 * the same one. `create` makes the admin, and answers what it printed when it failed.
 */
export function firstAdmin(
  data: string,
  username: string,
  create: (passwordFile: string) => string | undefined,
): FirstAdmin | undefined {
  const done = markIn(data);
  const file = join(data, 'admin-password');
  if (existsSync(done)) {
    // Stopped between the two steps of `shown`.
    rmSync(file, { force: true });
    return undefined;
  }
  const password = readPrivate(file) ?? oneTimePassword().reveal();
  writePrivate(file, password);
  const problem = create(file);
  if (problem !== undefined && !problem.includes('Users already exist'))
    throw new Error(`The first admin could not be created: ${problem}`);
  return {
    username,
    password,
    shown: () => {
      // In this order: a password file that is gone without the mark would be made again, and that password is no one's.
      writePrivate(done, `${username}\n`);
      rmSync(file, { force: true });
    },
  };
}
