import { Command } from 'commander';
import { packageVersion } from '../config/packageFiles.js';
import { activate } from './commands/credentials/activate.js';
import { add } from './commands/credentials/add.js';
import { bulk } from './commands/credentials/bulk.js';
import { remove } from './commands/credentials/delete.js';
import { destroy } from './commands/credentials/destroy.js';
import { edit } from './commands/credentials/edit.js';
import { fetchCertificate } from './commands/credentials/fetchCertificate.js';
import { history } from './commands/credentials/history.js';
import { importCommand } from './commands/credentials/import.js';
import { list } from './commands/credentials/list.js';
import { restore } from './commands/credentials/restore.js';
import { rotate } from './commands/credentials/rotate.js';
import { show } from './commands/credentials/show.js';
import { templates } from './commands/credentials/templates.js';
import { test } from './commands/credentials/test.js';
import { update } from './commands/credentials/update.js';
import { usage } from './commands/credentials/usage.js';
import { channels } from './commands/notices/channels.js';
import { events } from './commands/notices/events.js';
import { notices } from './commands/notices/notices.js';
import { login } from './commands/people/login.js';
import { logout } from './commands/people/logout.js';
import { password } from './commands/people/password.js';
import { serviceAccounts } from './commands/people/serviceAccounts.js';
import { teams } from './commands/people/teams.js';
import { users } from './commands/people/users.js';
import { whoami } from './commands/people/whoami.js';
import { copy } from './commands/reading/copy.js';
import { env } from './commands/reading/env.js';
import { get } from './commands/reading/get.js';
import { resolve } from './commands/reading/resolve.js';
import { run } from './commands/reading/run.js';
import { reports } from './commands/reports/reports.js';
import { grant, grants, revoke } from './commands/sharing/grants.js';
import { offers } from './commands/sharing/offers.js';
import { prefer } from './commands/sharing/prefer.js';
import { audit } from './commands/system/audit.js';
import { complete, completion } from './commands/system/completion.js';
import { doctor } from './commands/system/doctor.js';
import { findings } from './commands/system/findings.js';
import { worker } from './commands/system/worker.js';

/** What is done with one credential or many, by the headings of the help. */
const credentialCommands: Readonly<Record<string, readonly Command[]>> = {
  'Manage a credential:': [add, show, get, copy, test, update, edit, rotate, remove, restore, destroy],
  'History of a credential:': [history, activate, usage],
  'Sharing:': [grants, grant, revoke, prefer],
  'Several credentials at once:': [list, bulk, resolve, importCommand, run, env],
  'Services and hosts:': [templates, fetchCertificate],
};
/** Who one is, and who else there is. */
const accountCommands = [
  login,
  logout,
  whoami,
  password,
  users,
  serviceAccounts,
  teams,
  audit,
  events,
  reports,
  findings,
  notices,
  offers,
  channels,
  worker,
  doctor,
  completion,
];

/** `glassdome credentials add …`, `glassdome login` …: the credentials are one group among Glassdome's own. */
export function glassdomeProgram(): Command {
  const group = new Command('credentials')
    .description('store, share, read and import credentials')
    .configureHelp({ subcommandTerm })
    .enablePositionalOptions();
  for (const command of grouped()) group.addCommand(command);
  return base('glassdome', [group, ...accountCommands]);
}

/** `glassdome-credentials add …`: the same commands, if the name `glassdome` belongs to another program. */
export function credentialsProgram(): Command {
  return base('glassdome-credentials', [...grouped(), ...accountCommands]);
}

function grouped(): Command[] {
  return Object.entries(credentialCommands).flatMap(([heading, commands]) =>
    commands.map((command) => command.helpGroup(heading)),
  );
}

/** Every command has options, and its own help explains `[flags...]`. */
function subcommandTerm(command: Command): string {
  const words = command.registeredArguments.filter((argument) => argument.name() !== 'flags');
  return [command.name(), ...words.map((a) => (a.required ? `<${a.name()}>` : `[${a.name()}]`))].join(' ');
}

function base(name: string, commands: readonly Command[]): Command {
  const program = new Command(name)
    .description('Manage the credentials of a Glassdome lab')
    .version(packageVersion(), '--version')
    .configureHelp({ subcommandTerm })
    .enablePositionalOptions()
    .showSuggestionAfterError();
  for (const command of commands) program.addCommand(command);
  program.addCommand(complete, { hidden: true });
  return program;
}
