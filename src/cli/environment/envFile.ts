import { readFileSync } from 'node:fs';
import { CliError, EXIT, systemReason } from '../exitCodes.js';
import { decodeText } from '../terminal/decodeText.js';
import { readStdin } from '../terminal/terminal.js';

/** What the broker takes in one import. */
export const MAX_BYTES = 262_144;

/** The text of a `.env`, from a file or (`-`) from stdin. Nothing of it is ever in an error. */
export async function readDotenvText(file: string): Promise<string> {
  const name = file === '-' ? 'stdin' : file;
  const text = file === '-' ? await readStdin() : decodeText(readBytes(file), name);
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new CliError(`${name} is too long: a .env file has at most ${MAX_BYTES / 1024} KiB`, EXIT.usage);
  return text;
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CliError(`${file} can't be read: ${systemReason(error)}`, EXIT.usage);
  }
}
