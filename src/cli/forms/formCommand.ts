import type { Command } from 'commander';
import { leaf } from '../client/command.js';

/**
 * A command whose flags are the fields of a service's form. The words after its first one are parsed only once the
 * broker has sent the form, so it handles `--help` itself.
 */
export function formLeaf(name: string, summary: string): Command {
  return leaf(name, summary).helpOption(false).allowUnknownOption().passThroughOptions();
}

/** True, with the help shown, where the first word is missing. Throws as every shown help does. */
export function isMissing(outer: Command, word: string | undefined): word is undefined {
  if (word !== undefined && !word.startsWith('-')) return false;
  outer.help({ error: word !== '--help' && word !== '-h' });
}

/**
 * The command behind `outer`'s first word, which the broker's answer gives its flags.
 * @param word that first word, as help shows it.
 */
export function formOf(outer: Command, word: string, summary: string): Command {
  const inner = leaf(/\s/.test(word) ? `"${word}"` : word, summary).copyInheritedSettings(outer);
  outer.addCommand(inner);
  return inner.helpOption('-h, --help', 'display help for command');
}

/** The `--server` among words that are not parsed yet. */
export function serverIn(words: readonly string[]): { server?: string } {
  const at = words.findIndex((word) => word === '--server' || word.startsWith('--server='));
  if (at < 0) return {};
  const word = words[at] ?? '';
  const server = word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1];
  return server === undefined ? {} : { server };
}

/** Parses the words with the flags that are known by now, and runs `work` with them. */
export async function runForm<Options>(
  inner: Command,
  words: readonly string[],
  work: (options: Options) => Promise<void>,
): Promise<void> {
  inner.exitOverride().action(work);
  await inner.parseAsync([...words], { from: 'user' });
}
