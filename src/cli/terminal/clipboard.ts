import { spawn } from 'node:child_process';
import type { Secret } from '../../domain/secret.js';
import { CliError, EXIT } from '../exitCodes.js';

/** A program that fills the clipboard from stdin, and how it prints what is there. */
interface Clipboard {
  copy: readonly [string, ...string[]];
  paste?: readonly [string, ...string[]];
}

/** In the order in which they are tried; a program without its display or session fails, and the next one is tried. */
const CLIPBOARDS: readonly Clipboard[] = [
  { copy: ['pbcopy'], paste: ['pbpaste'] },
  { copy: ['wl-copy', '--sensitive'], paste: ['wl-paste', '--no-newline'] },
  { copy: ['wl-copy'], paste: ['wl-paste', '--no-newline'] },
  { copy: ['xclip', '-selection', 'clipboard'], paste: ['xclip', '-selection', 'clipboard', '-o'] },
  { copy: ['xsel', '--clipboard', '--input'], paste: ['xsel', '--clipboard', '--output'] },
  { copy: ['clip.exe'] },
];

export interface Copied {
  /** Empties the clipboard, unless it holds something else by now. */
  clear(): Promise<void>;
}

/** Puts a value on the clipboard: by a program of the desktop, else by the terminal (OSC 52). The value is in no argument. */
export async function copyToClipboard(value: Secret): Promise<Copied> {
  const text = value.reveal();
  for (const { copy, paste } of CLIPBOARDS) {
    if (!(await fed(copy, text))) continue;
    return {
      async clear() {
        const held = paste === undefined ? text : await printed(paste);
        if (held === undefined || held === text) await fed(copy, '');
      },
    };
  }
  if (process.stderr.isTTY === true) {
    process.stderr.write(osc52(text));
    return {
      async clear() {
        process.stderr.write(osc52(' '));
      },
    };
  }
  throw new CliError(
    'No clipboard program was found.',
    EXIT.failed,
    'Install wl-clipboard, xclip or xsel, or print the value: glassdome credentials get <credential> <field>',
  );
}

/** What terminals take as "set the clipboard"; nothing of it shows. */
const osc52 = (text: string): string => `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;

const GIVEN_UP_MS = 3_000;

/** Whether the program is there and took the text. Some stay in the background to serve it, so only their start counts. */
function fed([program, ...args]: readonly [string, ...string[]], text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    const slow = setTimeout(() => resolve(true), GIVEN_UP_MS).unref();
    const ended = (took: boolean) => {
      clearTimeout(slow);
      resolve(took);
    };
    child.once('error', () => ended(false));
    child.once('exit', (code) => ended(code === 0));
    child.stdin.on('error', () => ended(false));
    child.stdin.end(text);
  });
}

/** What is on the clipboard; undefined where it can't be read. */
function printed([program, ...args]: readonly [string, ...string[]]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: GIVEN_UP_MS });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code === 0 ? text : undefined));
  });
}
