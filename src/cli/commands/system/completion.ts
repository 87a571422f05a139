import { Command } from 'commander';
import type { FieldSpec, Template } from '../../../domain/credentials/template.js';
import { Cli } from '../../client/cli.js';
import { findCredential } from '../../client/find.js';
import { type Asked, candidates, type NameKind } from '../../completion/candidates.js';
import { completionScript, SHELLS } from '../../completion/scripts.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { flagsOfNew } from '../../forms/credentialFlags.js';
import { fetchTemplate, fieldSpecs } from '../../forms/fieldFlags.js';
import { say } from '../../terminal/terminal.js';

/** Nobody waits longer for a Tab. */
const PATIENCE_MS = 1_500;

const PRINCIPALS = [
  ['/api/users', 'local:'],
  ['/api/service-accounts', 'sa:'],
] as const;

/** Where names are listed, and the prefix of each. */
const LISTS: Readonly<Record<NameKind, readonly (readonly [path: string, prefix: string])[]>> = {
  credential: [['/api/credentials?limit=200', '']],
  deleted: [['/api/credentials?limit=200&status=deleted', '']],
  team: [['/api/teams', '']],
  account: [['/api/service-accounts', '']],
  schedule: [['/api/reports/schedules', '']],
  username: [['/api/users', '']],
  channel: [['/api/notifications/channels', '']],
  offer: [['/api/offers?limit=200', '']],
  principal: PRINCIPALS,
  subject: [['/api/teams', 'team:'], ...PRINCIPALS],
};

/** Prints a script; the help says where it goes. */
export const completion = new Command('completion')
  .description('print a script that completes commands, options, service types and names in your shell')
  .argument('<shell>', SHELLS.join(', '))
  .addHelpText(
    'after',
    `
  bash:  source <(glassdome completion bash)          in ~/.bashrc
  zsh:   source <(glassdome completion zsh)           in ~/.zshrc, after compinit
  fish:  glassdome completion fish | source           in ~/.config/fish/config.fish`,
  )
  .action((word: string, _options, command: Command) => {
    const shell = SHELLS.find((known) => known === word);
    if (shell === undefined) throw new CliError(`The shell must be one of ${SHELLS.join(', ')}`, EXIT.usage);
    say(completionScript(shell, rootOf(command).name()));
  });

/** What the scripts ask: the words so far, the last one half typed. Silent when anything is wrong. */
export const complete = new Command('__complete')
  .argument('[words...]')
  .allowUnknownOption()
  .passThroughOptions()
  .helpOption(false)
  .action(async (words: string[], _options, command: Command) => {
    const late = new Promise<string[]>((resolve) => {
      setTimeout(resolve, PATIENCE_MS, []).unref();
    });
    const found = await Promise.race([candidates(rootOf(command), words.map(unquoted), asked), late]);
    for (const word of found) say(word);
    // A request that is still under way must not contain the shell.
    process.exit(EXIT.ok);
  });

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

/** As the shell would read the word: `Proxmox\ 01`, `"Proxmox 01`. */
const unquoted = (word: string) => word.replace(/^["']|["']$/g, '').replace(/\\(.)/g, '$1');

const asked: Asked = {
  names: async (kind) => (await Promise.all(LISTS[kind].map(namesAt))).flat(),
  flags: (of) =>
    orNone(async (cli) => {
      const serviceType =
        'credential' in of ? (await findCredential(cli, of.credential)).service_type : of.serviceType;
      const template: Template = await fetchTemplate(cli, serviceType);
      const common = flagsOfNew(new Command()).options.map((option) => option.long ?? '');
      return [...common, ...fieldSpecs(template).map((s: FieldSpec) => `--${s.name.replaceAll('_', '-')}`)];
    }),
};

const namesAt = ([path, prefix]: readonly [string, string]) =>
  orNone(async (cli) => {
    const { items } = (await cli.call<{ items: Item[] }>(path)).body;
    return items.flatMap(nameOf).map((name) => `${prefix}${name}`);
  });

interface Item {
  name?: string;
  username?: string;
  credential?: { name: string };
  revoked_at?: string | null;
}

function nameOf(item: Item): string[] {
  const name = item.username ?? item.name ?? item.credential?.name;
  // A line is one candidate, and what was revoked is of no use.
  return name === undefined || typeof item.revoked_at === 'string' || /[\r\n]/.test(name) ? [] : [name];
}

async function orNone(ask: (cli: Cli) => Promise<string[]>): Promise<string[]> {
  try {
    return await ask(new Cli({}, PATIENCE_MS));
  } catch (error) {
    // Not logged in, no broker: there is simply nothing to offer.
    if (error instanceof CliError) return [];
    throw error;
  }
}
