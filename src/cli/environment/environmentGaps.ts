import type { Cli } from '../client/cli.js';
import { CliError, EXIT } from '../exitCodes.js';
import { cell } from '../terminal/output.js';
import { note } from '../terminal/terminal.js';
import type { BrokerEnvironment, Environment, EnvironmentOptions } from './brokerEnvironment.js';

/**
 * Reports on stderr what the broker left out or had to choose, names only. With `--strict` any of it is an error, so that
 * nothing is started.
 */
export async function reportGaps(
  cli: Cli,
  body: BrokerEnvironment,
  { only, strict = false, requireAny = false }: EnvironmentOptions,
): Promise<void> {
  const conflicts = body.conflicts.filter(({ variable }) => only === undefined || only.includes(variable));
  for (const conflict of conflicts) note(`warning: ${sentence(conflict)}`);
  reportWaysOut(conflicts);
  reportHeldBack(
    (body.held_back ?? []).filter(({ variable }) => only === undefined || only.includes(variable)),
  );
  for (const { name, code } of body.failed) note(`warning: "${cell(name)}" could not be read (${code})`);
  if (Object.keys(body.sources).length === 0) await reportNothing(cli, body, requireAny);
  if (!strict) return;
  if (conflicts.length > 0)
    throw new CliError('Nothing was started because of --strict: variables are in conflict.', EXIT.conflict);
  if (body.failed.length > 0)
    throw new CliError('Nothing was started because of --strict: credentials can’t be read.', EXIT.notFound);
}

/** Throws when variables that `--require` names are neither in the file nor from the broker nor in the shell. */
export function requirePresent(
  { variables }: Environment,
  { require: required = [] }: EnvironmentOptions,
): void {
  const missing = required.filter((name) => (variables[name] ?? process.env[name] ?? '') === '');
  if (missing.length > 0) {
    const hint = 'List the variables and your offers: glassdome credentials env, and glassdome offers list';
    throw new CliError(`Nothing was started: ${missing.join(', ')} is not set.`, EXIT.notFound, hint);
  }
}

function reportHeldBack(held: NonNullable<BrokerEnvironment['held_back']>): void {
  for (const { variable, name, changed_by } of held)
    note(
      `warning: ${variable} of your credential "${cell(name)}" was changed by ${cell(changed_by ?? 'another user')} and is held back. To agree: glassdome credentials prefer "${cell(name)}" --variable ${variable}`,
    );
}

function sentence({ variable, credentials, served_by, because }: BrokerEnvironment['conflicts'][0]): string {
  const names = credentials.map((c) => cell(`${c.owner}/${c.name}`));
  if (typeof because === 'string')
    return `${variable} was left out: ${names.join(', ')} lost ${because} to another credential; an address and its secret must come from the same credential`;
  const serving = credentials.findIndex(({ id }) => id === served_by);
  if (serving < 0)
    return `${variable} was left out: more than one credential claims it (${names.join(', ')})`;
  const others = names.filter((_, at) => at !== serving).join(', ');
  return `${variable} comes from ${names[serving]}, which claimed it first; ${others} claims it too`;
}

/** The claims of the last one are removed in one command, since a person who has a credential twice has all of it twice. */
function reportWaysOut(conflicts: BrokerEnvironment['conflicts']): void {
  const claims = new Map<string, string[]>();
  const decided = conflicts.filter(({ served_by, because }) => served_by || because);
  for (const { variable, credentials } of conflicts.filter((each) => !decided.includes(each))) {
    const last = credentials.at(-1);
    if (last === undefined) continue;
    const whose = cell(`${last.owner}/${last.name}`);
    claims.set(whose, [...(claims.get(whose) ?? []), `--env ${variable}=`]);
  }
  for (const [whose, flags] of claims)
    note(`To remove the duplicate claims: glassdome credentials update "${whose}" ${flags.join(' ')}`);
  if (decided.length > 0) {
    const flags = decided.map(({ variable }) => `--variable ${variable}`).join(' ');
    note(`To choose: glassdome credentials prefer "<owner>/<name>" ${flags}`);
  }
}

async function reportNothing(cli: Cli, body: BrokerEnvironment, isError: boolean): Promise<void> {
  const who = await cli
    .call<{ principal: string; name: string }>('/api/auth/me')
    .then(({ body: me }) => (me.principal.startsWith('sa:') ? `sa:${me.name}` : me.principal))
    .catch(() => 'you');
  const { offers = 0, unreadable = 0 } = body;
  const use =
    unreadable > 0
      ? `; ${unreadable} can be used, but not read (reading requires a grant of level read)`
      : '';
  const open = offers > 0 ? `; ${offers} wait for your answer: glassdome offers list` : '';
  const detail = `No credential is readable for ${cell(who)}, so no variables were set${use}${open}`;
  if (isError) throw new CliError(`${detail}. Nothing was started.`, EXIT.notFound);
  note(`warning: ${detail.replace(/^N/, 'n')}`);
}
