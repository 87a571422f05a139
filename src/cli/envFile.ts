import { readFileSync } from 'node:fs';
import { CliError, EXIT, systemReason } from './exitCodes.js';
import { readStdin } from './terminal.js';

/** What the broker takes in one import. */
const MAX_BYTES = 262_144;

/** The text of a `.env`, from a file or (`-`) from stdin. Nothing of it is ever in an error. */
export async function readDotenvText(file: string): Promise<string> {
  const bytes = file === '-' ? Buffer.from(await readStdin()) : readBytes(file);
  const name = file === '-' ? 'stdin' : file;
  if (bytes.length > MAX_BYTES)
    throw new CliError(`${name} is too long: a .env has at most ${MAX_BYTES / 1024} KiB`, EXIT.usage);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CliError(`${name} is not text in UTF-8`, EXIT.usage);
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CliError(`${file} can't be read: ${systemReason(error)}`, EXIT.usage);
  }
}
