import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';
import { type Browser, chromium } from 'playwright-core';
import { skipBecause } from '../skipBecause.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Containers and root accounts have no user namespaces for the sandbox. */
const ARGS = ['--no-sandbox', '--disable-dev-shm-usage'];

/** A real Chromium: that of the system, else the one in an npm package. Says which; skips the suite when neither starts. */
export async function startChromium(suite: Context): Promise<Browser> {
  const system = onPath();
  const found = system === undefined ? await packaged() : { executablePath: system, args: ARGS };
  try {
    const browser = await chromium.launch(found);
    console.log(`      Chromium ${browser.version()}, ${system ?? 'from the package @sparticuz/chromium'}`);
    return browser;
  } catch {
    return skipBecause(suite, 'no Chromium starts here (Debian: apt-get install chromium)');
  }
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

async function packaged(): Promise<{ executablePath: string; args: string[] }> {
  const { default: own } = await import('@sparticuz/chromium');
  // In one process, a context may send the cookies of another one.
  const args = own.args.filter((arg) => arg !== '--single-process');
  return { executablePath: await own.executablePath(), args: [...args, ...ARGS] };
}
