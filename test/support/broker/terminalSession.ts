import { spawn } from 'node:child_process';
import type { Ended } from './cliSystem.js';

export interface Answer {
  /** What the screen must show before anything is typed. */
  after: string;
  type: string;
}

/**
 * Runs a command at a terminal of its own, whose echo is on, and types each answer once its question is there.
 * `stdout` is the whole screen: what the command wrote, and whatever the terminal echoed.
 */
export function atTerminal(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  answers: readonly Answer[],
): Promise<Ended> {
  const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qefc', line, '-E', 'always', '/dev/null'], {
      env: { ...env, SHELL: '/bin/sh' },
    });
    const screen = { text: '', read: 0 };
    const left = [...answers];
    child.stdout.on('data', (chunk) => {
      screen.text += String(chunk);
      const next = left[0];
      const at = next === undefined ? -1 : screen.text.indexOf(next.after, screen.read);
      if (next === undefined || at < 0) return;
      screen.read = at + next.after.length;
      left.shift();
      child.stdin.write(next.type);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: screen.text, stderr: '' }));
  });
}
