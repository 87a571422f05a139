import type { Command } from 'commander';
import { ROLES } from '../../domain/caller.js';
import { GRANT_LEVELS } from '../../domain/grant.js';
import { SERVICE_TYPES } from '../../domain/serviceType.js';
import { ENV_FORMATS } from '../envFormats.js';
import { SHELLS } from './scripts.js';

/** What the broker alone knows. */
export interface Asked {
  names(kind: 'credential' | 'team' | 'account' | 'username', beginning: string): Promise<string[]>;
  /** Flags of `add` for the fields of one service. */
  flags(serviceType: string): Promise<string[]>;
}

/** Words for an option's value or an argument, by the option's flag or the argument's name. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  service_type: SERVICE_TYPES,
  '--type': SERVICE_TYPES,
  role: ROLES,
  '--role': ROLES,
  '--level': GRANT_LEVELS,
  '--format': ENV_FORMATS,
  '--health': ['ok', 'limited', 'rejected', 'unreachable', 'unchecked'],
  '--status': ['active', 'disabled', 'deleted'],
  '--outcome': ['allowed', 'denied', 'failed'],
  shell: SHELLS,
};
const KINDS: Readonly<Record<string, 'credential' | 'team' | 'account' | 'username'>> = {
  credential: 'credential',
  '--credential': 'credential',
  team: 'team',
  '--team': 'team',
  account: 'account',
  username: 'username',
};

/** Where a half-typed command line stands. */
interface Place {
  command: Command;
  /** Arguments so far, without options. */
  given: string[];
  /** The option whose value comes next. */
  open: string | undefined;
  /** Behind `--`: it belongs to the program that `run` starts. */
  foreign: boolean;
}

/** What could stand in place of the last word, which may be empty. */
export async function candidates(root: Command, words: readonly string[], asked: Asked): Promise<string[]> {
  const partial = words.at(-1) ?? '';
  const place = placeOf(root, words.slice(0, -1));
  if (place.foreign) return [];
  const all = await wordsAt(place, partial, asked);
  return [...new Set(all)].filter((word) => word.startsWith(partial)).sort();
}

function placeOf(root: Command, words: readonly string[]): Place {
  const place: Place = { command: root, given: [], open: undefined, foreign: false };
  for (const word of words) {
    if (word === '--') return { ...place, foreign: true };
    if (place.open !== undefined) {
      place.open = undefined;
      if (!word.startsWith('-')) continue;
    }
    if (word.startsWith('-')) {
      const option = place.command.options.find((o) => o.long === word || o.short === word);
      if (option?.required === true || option?.optional === true) place.open = option.long ?? undefined;
      continue;
    }
    const child = place.command.commands.find((c) => c.name() === word);
    if (child === undefined) place.given.push(word);
    else place.command = child;
  }
  return place;
}

async function wordsAt({ command, given, open }: Place, partial: string, asked: Asked): Promise<string[]> {
  if (partial.startsWith('-')) {
    const own = [...command.options.map((o) => o.long ?? ''), '--help'];
    const type = command.name() === 'add' ? given[0] : undefined;
    return type === undefined ? own : [...own, ...(await asked.flags(type))];
  }
  if (open !== undefined) return wordsFor(open, partial, asked);
  if (command.commands.length > 0) {
    // A word that is none of our commands is Glassdome's own, and so is what follows it.
    if (given.length > 0) return [];
    return command.commands.map((c) => c.name()).filter((name) => !name.startsWith('_'));
  }
  const list = command.registeredArguments;
  const argument = list[given.length] ?? (list.at(-1)?.variadic === true ? list.at(-1) : undefined);
  return argument === undefined ? [] : wordsFor(argument.name(), partial, asked);
}

async function wordsFor(key: string, partial: string, asked: Asked): Promise<string[]> {
  const kind = KINDS[key];
  return kind === undefined ? [...(WORDS[key] ?? [])] : asked.names(kind, partial);
}
