import { readFileSync } from 'node:fs';
import { CliError, EXIT, systemReason } from '../exitCodes.js';
import { decodeText } from './decodeText.js';

/** A file of the caller's, or a clear word on why it can't be read. */
export function readText(path: string, what: string): string {
  return decodeText(readFile(path, what), `${what}: ${path}`);
}

function readFile(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError(`${what}: ${path} can't be read: ${systemReason(error)}`, EXIT.usage);
  }
}
