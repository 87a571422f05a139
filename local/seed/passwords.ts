import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readPrivate, writePrivate } from '../files/privateFile.js';

/** Where the passwords of the sample people are (0600), a name and its password on each line. */
export function passwordFile(data: string): string {
  return join(data, 'seed-passwords');
}

/** The passwords of these people; made and kept where there are none yet. */
export function passwordsFor(data: string, usernames: readonly string[]): Record<string, string> {
  const lines = (readPrivate(passwordFile(data)) ?? '').split('\n').filter((line) => line !== '');
  const known = Object.fromEntries(lines.map((line) => line.split(/\s+/) as [string, string]));
  const all = { ...Object.fromEntries(usernames.map((name) => [name, fresh()])), ...known };
  const width = Math.max(...Object.keys(all).map((name) => name.length));
  const text = Object.entries(all).map(([name, word]) => `${name.padEnd(width)}  ${word}\n`);
  writePrivate(passwordFile(data), text.join(''));
  return all;
}

const fresh = () => randomBytes(12).toString('base64url');
