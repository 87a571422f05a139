import { isDangerousEnvName } from '../../domain/environment/dangerousEnvNames.js';
import { parseDotenv, warningText } from '../../domain/imports/dotenv.js';
import type { Cli } from '../client/cli.js';
import { CliError, EXIT } from '../exitCodes.js';
import { cell } from '../terminal/output.js';
import { note } from '../terminal/terminal.js';
import type { BrokerEnvironment, Environment, EnvironmentOptions, Source } from './brokerEnvironment.js';
import { readDotenvText } from './envFile.js';
import { reportGaps, requirePresent } from './environmentGaps.js';

/** Longer than the broker waits for a Vault that hangs, shorter than a service manager waits for a start. */
export const ENVIRONMENT_MS = 30_000;

/**
 * Everything that the caller may read, in one call, over the variables of a `.env`; the broker's values win. What is
 * missing or was left out is reported on stderr, names only. Throws before anything is started when the broker can't
 * answer.
 */
export async function fetchEnvironment(cli: Cli, options: EnvironmentOptions): Promise<Environment> {
  const file = options.envFile === undefined ? {} : await readVariables(options.envFile);
  const headers: Record<string, string> = {};
  if (options.usedBy !== undefined) headers['x-used-by'] = options.usedBy;
  const query = new URLSearchParams((options.label ?? []).map((label): [string, string] => ['label', label]));
  if (options.namesOnly) query.set('values', 'false');
  query.set('aliases', String(options.aliases ?? true));
  const { body } = await cli.call<BrokerEnvironment>(`/api/environment?${query}`, { headers });
  if (options.only !== undefined) requireAll(options.only, body, file);
  await reportGaps(cli, body, options);
  const wanted = (name: string) => options.only === undefined || options.only.includes(name);
  const environment: Environment = { variables: {}, sources: {} };
  for (const [name, value] of Object.entries(file))
    addOfFile(environment, name, value, options.envFile ?? '');
  for (const name of Object.keys(body.sources).filter(wanted)) addOfBroker(environment, name, body, file);
  requirePresent(environment, options);
  return environment;
}

/** As python-dotenv has it: what the shell has set already wins over the file. */
function addOfFile({ variables, sources }: Environment, name: string, value: string, path: string): void {
  const own = ownEnvironment()[name];
  if (own === undefined && !isPassable(name, value, path)) return;
  variables[name] = own ?? value;
  sources[name] = { from: own === undefined ? path : 'the environment' };
}

function addOfBroker(
  { variables, sources }: Environment,
  name: string,
  body: BrokerEnvironment,
  file: Record<string, string>,
): void {
  const [value, source] = [body.variables[name] ?? '', body.sources[name]];
  if (source === undefined) return;
  if (isDangerousEnvName(name)) {
    note(
      `warning: ${name} of "${cell(source.name)}" was left out: a credential must not change how programs run`,
    );
    return;
  }
  if (!isPassable(name, value, source.name)) return;
  const lost = name in body.variables && name in file && file[name] !== value;
  variables[name] = value;
  const { credential_id, version, field } = source;
  const about: Source = { from: source.name, credential_id, version, field };
  if (typeof source.alias_of === 'string') about.alias_of = source.alias_of;
  sources[name] = lost ? { ...about, overrides_file: true } : about;
}

async function readVariables(path: string): Promise<Record<string, string>> {
  const { entries, warnings } = parseDotenv(await readDotenvText(path), { environment: ownEnvironment() });
  for (const warning of warnings) note(`warning: ${path}, ${warningText(warning)}`);
  for (const { name, unquoted } of entries)
    if (unquoted !== undefined) note(`warning: ${name} was left out: its value has no quotes`);
  return Object.fromEntries(entries.flatMap((e) => (e.value === null ? [] : [[e.name, e.value] as const])));
}

/** What lets this program in at the broker; nothing that it starts needs it. */
const OWN_LOGIN = [
  'GLASSDOME_BROKER_TOKEN',
  'GLASSDOME_BROKER_TOKEN_FILE',
  'GLASSDOME_BROKER_CLIENT_ID',
  'GLASSDOME_BROKER_CLIENT_SECRET',
  'GLASSDOME_BROKER_CLIENT_SECRET_FILE',
];

/** Our own environment as a child may have it: without our login. */
export function ownEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !OWN_LOGIN.includes(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

function isPassable(name: string, value: string, from: string): boolean {
  if (!value.includes('\0')) return true;
  note(`warning: ${name} of "${cell(from)}" was left out: it contains a NUL character`);
  return false;
}

/** Who names a variable wants that one: then it is an error when it is missing. */
function requireAll(only: readonly string[], body: BrokerEnvironment, file: Record<string, string>): void {
  for (const name of only) {
    const conflict = body.conflicts.find((c) => c.variable === name);
    if (conflict !== undefined && !(name in body.sources)) {
      const owners = conflict.credentials.map((c) => cell(`${c.owner}/${c.name}`)).join(', ');
      throw new CliError(`${name} is claimed by more than one credential: ${owners}`, EXIT.conflict);
    }
    if (name in body.sources || name in file) continue;
    const failed = body.failed.map((f) => `"${cell(f.name)}" (${f.code})`).join(', ');
    throw new CliError(
      `No credential that you may read sets ${name}.`,
      EXIT.notFound,
      failed === '' ? 'List the variables: glassdome credentials env' : `Could not be read: ${failed}`,
    );
  }
}
