import { parseDotenv } from '../../domain/imports/dotenv.js';
import { Secret } from '../../domain/secret.js';
import { readSettings } from '../client/settings.js';
import { MAX_BYTES, readDotenvText } from '../environment/envFile.js';
import { ownEnvironment } from '../environment/environment.js';
import { CliError, EXIT } from '../exitCodes.js';
import { secretInput } from '../terminal/secretInput.js';
import { note } from '../terminal/terminal.js';
import { joinStored } from './importStored.js';
import { readOtherVault, vaultAddress } from './otherVault.js';

export interface SourceOptions {
  dryRun?: boolean;
  yes?: boolean;
  fromVault?: boolean;
  vaultToken?: string | true;
  vaultAddress?: string;
  vaultCa?: string;
  mount?: string;
}

/** Where the variables come from: the path of the call and its body apart from the options. */
export interface Source {
  path: string;
  body: Record<string, unknown>;
  /** The file as it was named, - for stdin. */
  file?: string;
  /** The text of the file alone. */
  fileText?: string;
  /** Where a Vault's keys follow the file: the last line that is the file's own. */
  lastLine?: number;
}

export async function sourceOf(file: string | undefined, options: SourceOptions): Promise<Source> {
  const { fromVault, vaultToken, mount } = options;
  if (fromVault !== true) {
    const flags = {
      'vault-token': vaultToken,
      mount,
      'vault-address': options.vaultAddress,
      'vault-ca': options.vaultCa,
    };
    const lonely = Object.entries(flags).find(([, word]) => word !== undefined)?.[0];
    if (lonely !== undefined) throw new CliError(`--${lonely} requires --from-vault`, EXIT.usage);
    if (file === undefined)
      throw new CliError('Name the .env file to import, - for stdin, or --from-vault', EXIT.usage);
    const content = await fileText(file, options);
    return {
      path: '/api/imports/env',
      body: { content, environment: fromShell(content) },
      file,
      fileText: content,
    };
  }
  if (file !== undefined || options.vaultAddress !== undefined) return fromBoth(file, options);
  if (options.vaultCa !== undefined)
    throw new CliError('--vault-ca requires --vault-address or a file', EXIT.usage);
  const token = await tokenOf(vaultToken);
  const named = mount === undefined ? {} : { mount };
  return { path: '/api/imports/vault', body: { vault_token: token.reveal(), ...named } };
}

/** The keys of a Vault that this program reads itself, after those of the file. Its token never leaves this program but to it. */
async function fromBoth(file: string | undefined, options: SourceOptions): Promise<Source> {
  const { vaultToken, mount = 'glassdome' } = options;
  if (file === '-' && vaultToken === '-')
    throw new CliError('Only one of the file and --vault-token can be read from stdin', EXIT.usage);
  const text = options.vaultAddress ?? process.env['VAULT_ADDR'];
  if (text === undefined || text === '')
    throw new CliError(
      'Set the address of the Vault with the keys: --vault-address (or VAULT_ADDR)',
      EXIT.usage,
    );
  const address = vaultAddress(text, readSettings().allowPlainHttp);
  const content = file === undefined ? '' : await fileText(file, options);
  const caFile = options.vaultCa ?? (process.env['VAULT_CACERT'] || undefined);
  const token = await tokenOf(vaultToken);
  const namespace = process.env['VAULT_NAMESPACE'] || undefined;
  const stored = await readOtherVault({ address, caFile, mount, token, namespace });
  const environment = fromShell(content);
  const joined = joinStored(content, stored, environment);
  if (Buffer.byteLength(joined.content) > MAX_BYTES)
    throw new CliError(
      `The file and Vault's keys together are longer than ${MAX_BYTES / 1024} KiB`,
      EXIT.usage,
    );
  const count = joined.names.length;
  note(
    `${count} ${count === 1 ? 'key was' : 'keys were'} read from ${address.origin}. Their values take precedence over those of a file.`,
  );
  return {
    path: '/api/imports/env',
    body: { content: joined.content, environment, from_store: joined.names },
    lastLine: joined.lastLine,
    ...(file === undefined ? {} : { file, fileText: content }),
  };
}

/** Where the variables of an import came from, in words. */
export function placeOf({ file }: Pick<Source, 'file'>): string {
  if (file === undefined) return 'the Vault that was read';
  return file === '-' ? 'the input' : file;
}

async function fileText(file: string, { yes, dryRun }: SourceOptions): Promise<string> {
  if (file === '-' && yes !== true && dryRun !== true)
    throw new CliError(
      'No prompt is possible when reading from stdin: add --yes, or --dry-run to preview',
      EXIT.usage,
    );
  return readDotenvText(file);
}

async function tokenOf(word: string | true = true): Promise<Secret> {
  const token = (await secretInput('Vault token', '--vault-token', word)).reveal().trim();
  if (token === '') throw new CliError('The Vault token is empty', EXIT.usage);
  return new Secret(token);
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
