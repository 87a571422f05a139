import type { Command } from 'commander';
import { ROLES } from '../../domain/access/caller.js';
import { OFFER_STATES } from '../../domain/access/claims.js';
import { GRANT_LEVELS } from '../../domain/access/grant.js';
import { SERVICE_TYPES } from '../../domain/credentials/serviceType.js';
import { CHANNEL_KINDS } from '../../domain/notices/channel.js';
import { ENV_FORMATS } from '../environment/envFormats.js';
import { SHELLS } from './scripts.js';

export type NameKind =
  | 'credential'
  | 'deleted'
  | 'team'
  | 'account'
  | 'schedule'
  | 'username'
  | 'channel'
  | 'offer'
  /** `local:anna`, `sa:celery`. */
  | 'principal'
  /** The same and teams: who gets a grant. */
  | 'subject';

/** What the broker alone knows. */
export interface Asked {
  names(kind: NameKind): Promise<string[]>;
  /** Flags for the fields of a service, or of the service of a credential. */
  flags(of: { serviceType: string } | { credential: string }): Promise<string[]>;
}

/** Words for an option's value or an argument, by the option's flag or the argument's name, with the command's before it or not. */
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
  '--test': ['required', 'warn', 'skip'],
  kind: CHANNEL_KINDS,
  'grant --to': ROLES.map((role) => `role:${role}`),
  'revoke --from': ROLES.map((role) => `role:${role}`),
  'list --state': OFFER_STATES,
  shell: SHELLS,
};
const KINDS: Readonly<Record<string, NameKind>> = {
  credential: 'credential',
  names: 'credential',
  '--credential': 'credential',
  team: 'team',
  '--team': 'team',
  account: 'account',
  '--account': 'account',
  offers: 'offer',
  schedule: 'schedule',
  username: 'username',
  who: 'username',
  channel: 'channel',
  '--channel': 'channel',
  principals: 'principal',
  '--member': 'principal',
  '--lead': 'principal',
  '--owner': 'principal',
  '--actor': 'principal',
  'grant --to': 'subject',
  'revoke --from': 'subject',
};

/** The position in a half-typed command line. */
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
    return [...own, ...(await fieldFlags(command, given[0], asked))];
  }
  if (open !== undefined) return wordsFor(command, open, asked);
  if (command.commands.length > 0) {
    // A word that is none of our commands is Glassdome's own, and so is what follows it.
    if (given.length > 0) return [];
    return command.commands.map((c) => c.name()).filter((name) => !name.startsWith('_'));
  }
  const list = command.registeredArguments;
  const argument = list[given.length] ?? (list.at(-1)?.variadic === true ? list.at(-1) : undefined);
  if (argument === undefined) return [];
  const isDeleted = ['restore', 'destroy'].includes(command.name());
  return isDeleted ? asked.names('deleted') : wordsFor(command, argument.name(), asked);
}

async function fieldFlags(command: Command, first: string | undefined, asked: Asked): Promise<string[]> {
  if (first === undefined) return [];
  if (command.name() === 'add') return asked.flags({ serviceType: first });
  return ['update', 'rotate'].includes(command.name()) ? asked.flags({ credential: first }) : [];
}

async function wordsFor(command: Command, key: string, asked: Asked): Promise<string[]> {
  const full = `${command.name()} ${key}`;
  const kind = KINDS[full] ?? KINDS[key];
  return [...(WORDS[full] ?? WORDS[key] ?? []), ...(kind === undefined ? [] : await asked.names(kind))];
}
