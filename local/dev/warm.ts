import { readFileSync } from 'node:fs';
import { open } from 'node:inspector';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../files/paths.js';

/**
 * The next broker of `npm run dev`. Most of a start goes into the packages, which a save does not change: they are
 * loaded before. A line on stdin, with the port for a debugger or empty, makes this process the broker.
 */
const { dependencies } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
await Promise.allSettled(Object.keys(dependencies).map((name) => import(name)));
const port = await firstLine();
if (port !== '') open(Number(port), '127.0.0.1');
process.argv.splice(1, 1);
await import(pathToFileURL(process.argv[1] ?? '').href);

/** Ends the process where none comes: the launcher is gone. */
async function firstLine(): Promise<string> {
  let text = '';
  for await (const part of process.stdin) text += String(part);
  if (!text.includes('\n')) process.exit(0);
  return text.trim();
}
