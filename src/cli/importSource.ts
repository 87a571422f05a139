import { parseDotenv } from '../domain/dotenv.js';
import { readDotenvText } from './envFile.js';
import { ownEnvironment } from './environment.js';
import { CliError, EXIT } from './exitCodes.js';
import { secretInput } from './secretInput.js';

export interface SourceOptions {
  dryRun?: boolean;
  yes?: boolean;
  fromVault?: boolean;
  vaultToken?: string | true;
  mount?: string;
}

/** Where the variables come from: the path of the call and what goes into its body beside the options. */
export interface Source {
  path: string;
  body: Record<string, unknown>;
}

export async function sourceOf(file: string | undefined, options: SourceOptions): Promise<Source> {
  if (options.fromVault !== true) {
    if (options.vaultToken !== undefined || options.mount !== undefined)
      throw new CliError('--vault-token and --mount go with --from-vault', EXIT.usage);
    if (file === undefined)
      throw new CliError('Name the .env to import, - for stdin, or --from-vault', EXIT.usage);
    if (file === '-' && options.yes !== true && options.dryRun !== true)
      throw new CliError('With - nobody can be asked: add --yes, or --dry-run to look first', EXIT.usage);
    const content = await readDotenvText(file);
    return { path: '/api/imports/env', body: { content, environment: fromShell(content) } };
  }
  if (file !== undefined) throw new CliError('Either a file or --from-vault, not both', EXIT.usage);
  const token = await secretInput('Vault token', '--vault-token', options.vaultToken ?? true);
  if (token.reveal().trim() === '') throw new CliError('The Vault token is empty', EXIT.usage);
  const mount = options.mount === undefined ? {} : { mount: options.mount };
  return { path: '/api/imports/vault', body: { vault_token: token.reveal().trim(), ...mount } };
}

/** What the shell has for `${NAME}` of the file, where `run --env-file` looks, too. */
function fromShell(content: string): Record<string, string> {
  const own = ownEnvironment();
  const names = new Set(parseDotenv(content).entries.flatMap(({ unresolved }) => unresolved));
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = Object.hasOwn(own, name) ? own[name] : undefined;
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
