import { Secret } from '../domain/secret.js';
import { readText } from './settings.js';
import { askSecret, canAsk, note, readStdin } from './terminal.js';

/**
 * A secret that a person gives: `-` from stdin, `@file` from a file, nothing to be asked for it, anything else as it
 * stands, with a warning, since the shell's history and the process list show it. `@@x` is the text `@x`.
 * @param word what stood behind the flag; `true` when nothing did.
 */
export async function secretInput(label: string, flag: string, word: string | true): Promise<Secret> {
  // A `-` at the keyboard must not show what is typed either.
  if (word === true || (word === '-' && canAsk())) return askSecret(label);
  if (word === '-') return new Secret(await readStdin());
  if (word.startsWith('@') && !word.startsWith('@@')) {
    return new Secret(readText(word.slice(1), flag).replace(/\r?\n$/, ''));
  }
  note(
    `warning: the value of ${flag} shows in the process list and the shell's history; better: ${flag} @file, ${flag} - or ${flag} alone`,
  );
  return new Secret(word.startsWith('@@') ? word.slice(1) : word);
}
