import { parseDotenv, warningText } from '../domain/dotenv.js';
import { steersPrograms } from '../domain/steeringVariables.js';
import type { Cli } from './cli.js';
import { readDotenvText } from './envFile.js';
import { CliError, EXIT } from './exitCodes.js';
import { cell } from './output.js';
import { note } from './terminal.js';

/** What `GET /api/environment` answers. */
interface BrokerEnvironment {
  variables: Record<string, string>;
  sources: Record<string, { credential_id: string; name: string; version: number; field: string }>;
  conflicts: { variable: string; credentials: { id: string; name: string; owner: string }[] }[];
  failed: { credential_id: string; name: string; code: string }[];
}

export interface EnvironmentOptions {
  envFile?: string;
  only?: string[];
  usedBy?: string;
}

/** Where one variable came from. */
export interface Source {
  /** A credential's name, or the path of the file. */
  from: string;
  credential_id?: string;
  version?: number;
  field?: string;
  /** The file held another value, which lost. */
  overrides_file?: true;
}

export interface Environment {
  variables: Record<string, string>;
  sources: Record<string, Source>;
}

/** Longer than the broker takes with a Vault that hangs, shorter than the patience of whoever starts a service. */
export const ENVIRONMENT_MS = 30_000;

/**
 * Everything that the caller may read, in one call, over the variables of a `.env`; the broker's values win. What is
 * missing or was left out is told on stderr, names only. Throws before anything is started when the broker can't answer.
 */
export async function fetchEnvironment(cli: Cli, options: EnvironmentOptions): Promise<Environment> {
  const file = options.envFile === undefined ? {} : await readVariables(options.envFile);
  const headers: Record<string, string> = {};
  if (options.usedBy !== undefined) headers['x-used-by'] = options.usedBy;
  const { body } = await cli.call<BrokerEnvironment>('/api/environment', { headers });
  if (options.only !== undefined) requireAll(options.only, body, file);
  tellMissing(body, options.only);
  const wanted = (name: string) => options.only === undefined || options.only.includes(name);
  const environment: Environment = { variables: {}, sources: {} };
  for (const [name, value] of Object.entries(file))
    addOfFile(environment, name, value, options.envFile ?? '');
  for (const name of Object.keys(body.variables).filter(wanted)) addOfBroker(environment, name, body, file);
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
  const [value, source] = [body.variables[name], body.sources[name]];
  if (value === undefined || source === undefined) return;
  if (steersPrograms(name)) {
    note(
      `warning: ${name} of "${cell(source.name)}" was left out: no credential may change how programs run`,
    );
    return;
  }
  if (!isPassable(name, value, source.name)) return;
  const lost = name in file && file[name] !== value;
  variables[name] = value;
  const { credential_id, version, field } = source;
  const about = { from: source.name, credential_id, version, field };
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
  note(`warning: ${name} of "${cell(from)}" was left out: no environment can hold its NUL character`);
  return false;
}

/** Who names a variable wants that one: then it is an error when it is missing. */
function requireAll(only: readonly string[], body: BrokerEnvironment, file: Record<string, string>): void {
  for (const name of only) {
    const conflict = body.conflicts.find((c) => c.variable === name);
    if (conflict !== undefined) {
      const owners = conflict.credentials.map((c) => cell(`${c.owner}/${c.name}`)).join(', ');
      throw new CliError(`${name} is claimed by more than one credential: ${owners}`, EXIT.conflict);
    }
    if (name in body.variables || name in file) continue;
    const failed = body.failed.map((f) => `"${cell(f.name)}" (${f.code})`).join(', ');
    throw new CliError(
      `No credential that you may read gives ${name}.`,
      EXIT.notFound,
      failed === '' ? 'See what there is: glassdome credentials env' : `Could not be read: ${failed}`,
    );
  }
}

/** The claims of the last one are taken away in one command, since a person who has a credential twice has all of it twice. */
function tellWaysOut(conflicts: BrokerEnvironment['conflicts']): void {
  const claims = new Map<string, string[]>();
  for (const { variable, credentials } of conflicts) {
    const last = credentials.at(-1);
    if (last === undefined) continue;
    const whose = cell(`${last.owner}/${last.name}`);
    claims.set(whose, [...(claims.get(whose) ?? []), `--env ${variable}=`]);
  }
  for (const [whose, flags] of claims)
    note(`To leave one claim each, e.g.: glassdome credentials update "${whose}" ${flags.join(' ')}`);
}

function tellMissing({ conflicts, failed }: BrokerEnvironment, only: readonly string[] | undefined): void {
  const told = conflicts.filter(({ variable }) => only === undefined || only.includes(variable));
  for (const { variable, credentials } of told) {
    const owners = credentials.map((c) => cell(`${c.owner}/${c.name}`)).join(', ');
    note(`warning: ${variable} was left out: more than one credential claims it (${owners})`);
  }
  tellWaysOut(told);
  for (const { name, code } of failed) note(`warning: "${cell(name)}" could not be read (${code})`);
}
