import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readPrivate, writePrivate } from '../files/privateFile.js';

/** Where the parts of a local system that runs can be reached. */
export interface RunningSystem {
  /** Of the API. */
  url: string;
  postgresPort: number;
  vaultAddress: string;
}

const fileIn = (data: string) => join(data, 'run', 'system.json');

/** Notes it for other commands on this machine. Only of a system whose Postgres and Vault are the launcher's own. */
export function noteSystem(data: string, system: RunningSystem | undefined): void {
  if (system === undefined) rmSync(fileIn(data), { force: true });
  else writePrivate(fileIn(data), JSON.stringify(system));
}

/** What was noted last; it may have ended since. */
export function notedSystem(data: string): RunningSystem | undefined {
  const text = readPrivate(fileIn(data));
  return text === undefined ? undefined : (JSON.parse(text) as RunningSystem);
}
