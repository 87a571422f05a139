import { createInterface } from 'node:readline/promises';
import { Secret } from '../../domain/secret.js';
import { CliError, EXIT } from '../exitCodes.js';
import { decodeText, withoutLineEnd } from './decodeText.js';
import { hiddenLine } from './hiddenLine.js';

/** One line of an answer, on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line for the person in addition to the answer, on stderr, so that scripts can pipe the answer. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** True if a person is at the keyboard. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true;
}

/** A visible line from the person at the keyboard. */
export async function ask(question: string): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const left = new Promise<never>((_resolve, reject) => {
    reader.once('SIGINT', () => reject(unanswered('interrupt')));
    reader.once('close', () => reject(unanswered('end')));
  });
  try {
    return await Promise.race([reader.question(`${question}: `), left]);
  } catch (error) {
    process.stderr.write('\n');
    throw error;
  } finally {
    reader.close();
  }
}

/** A line that does not show while it is typed, or several that are pasted. Fails where nobody can type. */
export async function askSecret(question: string): Promise<Secret> {
  if (!canAsk()) {
    throw new CliError(
      `${question} is required, and there is no terminal for a prompt.`,
      EXIT.usage,
      'Give it as @file or - (stdin).',
    );
  }
  const line = await hiddenLine(`${question}: `, process.stdin, process.stderr);
  process.stderr.write('\n');
  if ('cancelled' in line) throw unanswered(line.cancelled);
  return new Secret(line.text);
}

/** Ctrl-C and Ctrl-D leave a question unanswered: the command ends, having done nothing. */
function unanswered(by: 'interrupt' | 'end'): CliError {
  return by === 'interrupt'
    ? new CliError('Interrupted; nothing was done.', EXIT.interrupted)
    : new CliError('Not answered; nothing was done.', EXIT.failed);
}

/** Asks for a yes; `--yes` or a script answers beforehand. */
export async function confirm(question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!canAsk())
    throw new CliError(`${question} Pass --yes to confirm: there is no terminal for a prompt.`, EXIT.usage);
  const answer = await ask(`${question} [y/N]`);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Cancelled; nothing was changed.', EXIT.failed);
}

let stdinTaken = false;

/** All of stdin as text, less one line end. It can be read once a command. */
export async function readStdin(): Promise<string> {
  return withoutLineEnd(decodeText(await stdinBytes(), 'stdin'));
}

async function stdinBytes(): Promise<Buffer> {
  if (stdinTaken)
    throw new CliError('Only one value can be read from stdin.', EXIT.usage, 'Give the other one as @file.');
  stdinTaken = true;
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
