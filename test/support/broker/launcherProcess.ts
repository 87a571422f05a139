import { type ChildProcess, spawn } from 'node:child_process';

/** The last line of a start that has worked. */
export const READY = 'Stop with Ctrl-C';

export interface Launched {
  child: ChildProcess;
  /** What it has printed so far. */
  text(): string;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
  /** Resolves when it has printed the words; rejects with all it printed when it ended before. */
  until(words: string): Promise<void>;
  /** As Ctrl-C. */
  stop(): Promise<void>;
}

/** Starts a launcher, and gathers what it prints. */
export function launch(
  command: readonly [string, ...string[]],
  how: { env: NodeJS.ProcessEnv; cwd?: string; uid?: number; gid?: number },
): Launched {
  const [program, ...args] = command;
  const child = spawn(program, args, { ...how, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += String(chunk);
    });
  let over = false;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => {
      over = true;
      resolve(code ?? signal);
    }),
  );
  const until = async (words: string) => {
    while (!text.includes(words)) {
      if (over || (words !== READY && text.includes(READY))) throw new Error(text);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const stop = async () => {
    child.kill('SIGINT');
    await ended;
  };
  return { child, text: () => text, ended, until, stop };
}
