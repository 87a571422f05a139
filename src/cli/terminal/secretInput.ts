import { Secret } from '../../domain/secret.js';
import { CliError, EXIT } from '../exitCodes.js';
import { withoutLineEnd } from './decodeText.js';
import { readText } from './readText.js';
import { askSecret, canAsk, note, readStdin } from './terminal.js';

/**
 * A secret from a person: `-` from stdin, `@file` from a file, nothing for a prompt, anything else as it is, with a
 * warning, since the shell's history and the process list show it. `@@x` is the text `@x`.
 * @param word the value of the flag; `true` when it had none.
 */
export async function secretInput(label: string, flag: string, word: string | true): Promise<Secret> {
  // A `-` at the keyboard must not show what is typed either.
  if (word === true || (word === '-' && canAsk())) return askSecret(label);
  if (word === '-') return filled(await readStdin(), `${flag}: stdin was empty`);
  if (word.startsWith('@') && !word.startsWith('@@')) {
    return filled(withoutLineEnd(readText(word.slice(1), flag)), `${flag}: ${word.slice(1)} is empty`);
  }
  note(
    `warning: the value of ${flag} is visible in the process list and the shell's history. Use ${named(flag, '@file')}, ${named(flag, '-')} (stdin), or ${flag.split('=')[0]} without a value to be prompted.`,
  );
  return new Secret(word.startsWith('@@') ? word.slice(1) : word);
}

function filled(text: string, otherwise: string): Secret {
  if (text === '') throw new CliError(otherwise, EXIT.usage);
  return new Secret(text);
}

/** The flag with a word: `--api-key @file`, and `--secret token=@file` of `--secret token=…`. */
const named = (flag: string, word: string) =>
  flag.endsWith('=…') ? `${flag.slice(0, -1)}${word}` : `${flag} ${word}`;
