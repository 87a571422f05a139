import { Command } from 'commander';
import { packageVersion } from '../config/config.js';
import { activate } from './commands/activate.js';
import { add } from './commands/add.js';
import { audit } from './commands/audit.js';
import { channels } from './commands/channels.js';
import { complete, completion } from './commands/completion.js';
import { copy } from './commands/copy.js';
import { remove } from './commands/delete.js';
import { destroy } from './commands/destroy.js';
import { doctor } from './commands/doctor.js';
import { edit } from './commands/edit.js';
import { env } from './commands/env.js';
import { events } from './commands/events.js';
import { fetchCertificate } from './commands/fetchCertificate.js';
import { findings } from './commands/findings.js';
import { get } from './commands/get.js';
import { grant, grants, revoke } from './commands/grants.js';
import { history } from './commands/history.js';
import { importCommand } from './commands/import.js';
import { list } from './commands/list.js';
import { login } from './commands/login.js';
import { logout } from './commands/logout.js';
import { notices } from './commands/notices.js';
import { offers } from './commands/offers.js';
import { password } from './commands/password.js';
import { prefer } from './commands/prefer.js';
import { reports } from './commands/reports.js';
import { resolve } from './commands/resolve.js';
import { restore } from './commands/restore.js';
import { rotate } from './commands/rotate.js';
import { run } from './commands/run.js';
import { serviceAccounts } from './commands/serviceAccounts.js';
import { show } from './commands/show.js';
import { teams } from './commands/teams.js';
import { templates } from './commands/templates.js';
import { test } from './commands/test.js';
import { update } from './commands/update.js';
import { usage } from './commands/usage.js';
import { users } from './commands/users.js';
import { whoami } from './commands/whoami.js';
import { worker } from './commands/worker.js';

/** What is done with one credential or many, by the headings of the help. */
const credentialCommands: Readonly<Record<string, readonly Command[]>> = {
  'One credential:': [add, show, get, copy, test, update, edit, rotate, remove, restore, destroy],
  'Its past:': [history, activate, usage],
  'Who may use it:': [grants, grant, revoke, prefer],
  'Many at once:': [list, resolve, importCommand, run, env],
  'What can be kept, and where:': [templates, fetchCertificate],
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

/** `glassdome-credentials add …`: the same commands, where the name `glassdome` is somebody else's. */
export function credentialsProgram(): Command {
  return base('glassdome-credentials', [...grouped(), ...accountCommands]);
}

function grouped(): Command[] {
  return Object.entries(credentialCommands).flatMap(([heading, commands]) =>
    commands.map((command) => command.helpGroup(heading)),
  );
}

/** Every command has options, and what `[flags...]` are its own help tells. */
function subcommandTerm(command: Command): string {
  const words = command.registeredArguments.filter((argument) => argument.name() !== 'flags');
  return [command.name(), ...words.map((a) => (a.required ? `<${a.name()}>` : `[${a.name()}]`))].join(' ');
}

function base(name: string, commands: readonly Command[]): Command {
  const program = new Command(name)
    .description('Work with the credentials of a Glassdome lab')
    .version(packageVersion(), '--version')
    .configureHelp({ subcommandTerm })
    .enablePositionalOptions()
    .showSuggestionAfterError();
  for (const command of commands) program.addCommand(command);
  program.addCommand(complete, { hidden: true });
  return program;
}
