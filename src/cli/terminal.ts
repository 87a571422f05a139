import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Secret } from '../domain/secret.js';
import { CliError, EXIT } from './exitCodes.js';

/** One line of an answer, on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line for the person beside the answer, on stderr, so that scripts can pipe the answer. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** True where somebody sits at the keyboard. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true;
}

/** A visible line from the person at the keyboard. */
export async function ask(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await answerOf(reader, `${question}: `);
  } finally {
    reader.close();
  }
}

/** Ctrl-C and Ctrl-D leave a question unanswered: the command ends, having done nothing. */
function answerOf(reader: Interface, prompt: string): Promise<string> {
  const left = new Promise<never>((_resolve, reject) => {
    reader.once('SIGINT', () => reject(new CliError('Interrupted; nothing was done.', EXIT.interrupted)));
    reader.once('close', () => reject(new CliError('Not answered; nothing was done.', EXIT.failed)));
  });
  return Promise.race([reader.question(prompt), left]);
}

/** A line that does not show while it is typed. Fails where nobody can type. */
export async function askSecret(question: string): Promise<Secret> {
  if (!canAsk()) {
    throw new CliError(
      `${question} is needed, and nobody is at the keyboard`,
      EXIT.usage,
      'Give it as @file or - (stdin).',
    );
  }
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: mute, terminal: true });
  process.stderr.write(`${question}: `);
  try {
    return new Secret(await answerOf(reader, ''));
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}

/** Asks for a yes; `--yes` or a script answers beforehand. */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!canAsk()) throw new CliError(`${question} Say so with --yes: nobody is at the keyboard.`, EXIT.usage);
  const answer = await ask(`${question} [y/N]`);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Nothing was changed.', EXIT.failed);
}

let stdinTaken = false;

/** All of stdin, less one line end. It can be read once a command. */
export async function readStdin(): Promise<string> {
  if (stdinTaken)
    throw new CliError('Only one value can come from stdin.', EXIT.usage, 'Give the other as @file.');
  stdinTaken = true;
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
