import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDotenv } from '../../domain/imports/dotenv.js';
import type { Cli } from '../client/cli.js';
import { CliError, EXIT } from '../exitCodes.js';
import { cell } from '../terminal/output.js';
import { note } from '../terminal/terminal.js';
import type { Environment } from './brokerEnvironment.js';
import { ownEnvironment } from './environment.js';

/**
 * The variables as the program gets them over those of the shell. Reports on stderr, names only, what a credential
 * overrides there and which names a leftover `.env` holds. `--no-override` keeps the shell's values; `--strict`
 * refuses when a credential of another owner overrides one.
 */
export async function overShell(
  cli: Cli,
  environment: Environment,
  { override, strict = false, envFile }: { override: boolean; strict?: boolean; envFile?: string },
): Promise<Record<string, string>> {
  const variables = { ...environment.variables };
  const shell = ownEnvironment();
  const lost = Object.keys(variables).filter(
    (name) => isOfBroker(environment, name) && shell[name] !== undefined && shell[name] !== variables[name],
  );
  if (override) await reportOverrides(cli, environment, lost, strict);
  else for (const name of lost) variables[name] = shell[name] ?? '';
  reportLeftovers(environment, envFile);
  return variables;
}

const isOfBroker = ({ sources }: Environment, name: string) => sources[name]?.credential_id !== undefined;

async function reportOverrides(
  cli: Cli,
  { sources }: Environment,
  names: readonly string[],
  strict: boolean,
): Promise<void> {
  if (names.length === 0) return;
  const from = (name: string) => `${name} ("${cell(sources[name]?.from)}")`;
  note(
    `warning: set in the shell and overridden: ${names.map(from).join(', ')}. To keep them: --no-override`,
  );
  if (!strict) return;
  const me = (await cli.call<{ principal: string }>('/api/auth/me')).body.principal;
  const others: string[] = [];
  for (const name of names) {
    const path = `/api/credentials/${sources[name]?.credential_id ?? ''}`;
    if ((await cli.call<{ owner: string }>(path)).body.owner !== me) others.push(name);
  }
  if (others.length === 0) return;
  const detail = `Nothing was started because of --strict: credentials of others override ${others.join(', ')}.`;
  throw new CliError(detail, EXIT.conflict, 'Unset them in the shell, or keep them: --no-override');
}

/** Files that programs of a lab read on their own; what is in there as well is easily taken for what the broker gives. */
function reportLeftovers({ sources }: Environment, envFile: string | undefined): void {
  const folders = ['.', process.env['GLASSDOME_DATA_DIR']].filter(
    (f): f is string => f !== undefined && f !== '',
  );
  for (const path of new Set(folders.map((folder) => join(folder, '.env')))) {
    if (envFile !== undefined && join(envFile) === path) continue;
    const held = namesIn(path).filter((name) => sources[name]?.credential_id !== undefined);
    if (held.length === 0) continue;
    note(
      `warning: ${path} still holds ${held.join(', ')}, which the broker sets. Programs that read the file may use the old values. Remove these lines.`,
    );
  }
}

function namesIn(path: string): string[] {
  try {
    return [...new Set(parseDotenv(readFileSync(path, 'utf8')).entries.map(({ name }) => name))];
  } catch {
    // Most often there is none; who needs it reads it on their own.
    return [];
  }
}
