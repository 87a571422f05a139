import { ApiError } from '../apiError.js';
import type { Cli, GlobalOptions } from '../cli.js';
import { leaf, repeated, withBroker } from '../command.js';
import { readDotenvText } from '../envFile.js';
import { CliError, EXIT } from '../exitCodes.js';
import { type ImportGroupView, type ImportReport, printOutcome, printPreview } from '../importReport.js';
import { printJson } from '../output.js';
import { secretInput } from '../secretInput.js';
import { confirm, note } from '../terminal.js';

interface Options extends GlobalOptions {
  dryRun?: boolean;
  yes?: boolean;
  only?: string[];
  grantTo?: string[];
  overwrite?: string[] | true;
  fromVault?: boolean;
  vaultToken?: string | true;
  mount?: string;
}

/** Where the variables come from: the path of the call and what goes into its body beside the options. */
interface Source {
  path: string;
  body: Record<string, unknown>;
}

/** A `.env`, or Glassdome's flat Vault layout, becomes credentials: first the preview, then a yes, then the import. */
export const importCommand = leaf('import', "take in a .env, or Glassdome's flat Vault layout")
  .argument('[file]', 'a .env; - for stdin')
  .option('--dry-run', 'show what would happen and stop')
  .option('--yes', 'do not ask')
  .option('--only <group>', 'a group of the preview, e.g. proxmox:01; may be repeated', repeated)
  .option(
    '--overwrite [group]',
    'replace values that were changed here since the last import: in this group (may be repeated), or in all',
    repeated,
  )
  .option(
    '--grant-to <subject>',
    'who may read all of it: team:red, service_account:<id or name> or local:anna; may be repeated',
    repeated,
  )
  .option(
    '--from-vault',
    "read Glassdome's old Vault keys instead of a file (admins, with a Vault token of their own)",
  )
  .option('--vault-token [value]', 'for --from-vault: asked for when left out; @file, - for stdin')
  .option('--mount <name>', 'for --from-vault: the mount of the old keys (default: glassdome)')
  .action(
    withBroker<Options>(async (cli, options, words) => {
      const { file, overwrite } = wordsOf(options, words);
      const source = await sourceOf(file, options);
      const granting = { ...source, body: { ...source.body, grant_to: options.grantTo ?? [], overwrite } };
      const preview = await previewOf(
        cli,
        granting,
        [...(options.only ?? []), ...(Array.isArray(overwrite) ? overwrite : [])],
        options.only,
      );
      if (!options.json) printPreview(preview, options.grantTo ?? []);
      else if (options.dryRun) printJson(preview);
      if (options.dryRun) return;
      const due = preview.groups.filter((g) => g.result === 'create' || g.result === 'update');
      if (due.length > 0) await confirm(`Import ${due.length} of ${preview.groups.length}?`, options.yes);
      const report = await importAll(cli, granting, preview, due);
      if (options.json) printJson(report);
      else printOutcome(report);
      if (isPartial(report, options.only)) process.exitCode = EXIT.failed;
    }),
  );

async function sourceOf(file: string | undefined, options: Options): Promise<Source> {
  if (options.fromVault !== true) {
    if (options.vaultToken !== undefined || options.mount !== undefined)
      throw new CliError('--vault-token and --mount go with --from-vault', EXIT.usage);
    if (file === undefined)
      throw new CliError('Name the .env to import, - for stdin, or --from-vault', EXIT.usage);
    if (file === '-' && options.yes !== true && options.dryRun !== true)
      throw new CliError('With - nobody can be asked: add --yes, or --dry-run to look first', EXIT.usage);
    return { path: '/api/imports/env', body: { content: await readDotenvText(file) } };
  }
  if (file !== undefined) throw new CliError('Either a file or --from-vault, not both', EXIT.usage);
  const token = await secretInput('Vault token', '--vault-token', options.vaultToken ?? true);
  if (token.reveal().trim() === '') throw new CliError('The Vault token is empty', EXIT.usage);
  const mount = options.mount === undefined ? {} : { mount: options.mount };
  return { path: '/api/imports/vault', body: { vault_token: token.reveal().trim(), ...mount } };
}

/** `--overwrite .env`: the last word of an option that may be given without one is the file where no other is named. */
function wordsOf(
  { overwrite, fromVault }: Options,
  [file]: string[],
): { file: string | undefined; overwrite: string[] | boolean } {
  if (file !== undefined || fromVault === true || !Array.isArray(overwrite))
    return { file, overwrite: overwrite ?? false };
  const groups = overwrite.slice(0, -1);
  return { file: overwrite.at(-1), overwrite: groups.length === 0 ? true : groups };
}

/** @param named groups that have to be there. */
async function previewOf(
  cli: Cli,
  source: Source,
  named: readonly string[],
  only: string[] | undefined,
): Promise<ImportReport> {
  const preview = await ask(cli, source, { only, dry_run: true });
  const unknown = named.filter((key) => !preview.groups.some((g) => g.key === key));
  if (unknown.length === 0) return preview;
  const known = preview.groups.map((g) => g.key).join(', ') || 'none';
  throw new CliError(`There is no group "${unknown.join('", "')}".`, EXIT.usage, `There are: ${known}`);
}

/**
 * One call a group, so that a person sees it move and knows what is stored when the connection breaks; then one of no
 * group, also when nothing was due: by it the broker notes what the environment alone still holds.
 */
async function importAll(
  cli: Cli,
  source: Source,
  preview: ImportReport,
  due: readonly ImportGroupView[],
): Promise<ImportReport> {
  const results = new Map<string, ImportGroupView>();
  for (const [index, group] of due.entries()) {
    const done = await importOne(cli, source, group).catch((error: unknown) => {
      note(`${index} of ${due.length} are stored; the import can be repeated, it goes on where it stopped.`);
      throw error;
    });
    note(`[${index + 1}/${due.length}] ${done.name}: ${done.result}`);
    results.set(done.key, done);
  }
  const groups = preview.groups.map((g) => results.get(g.key) ?? g);
  const done = { ...preview, dry_run: false, groups };
  try {
    const { still_in_environment } = await ask(cli, source, { only: [], dry_run: false });
    return { ...done, still_in_environment };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    note(`The import is done, but what it leaves could not be noted: ${error.message} Repeat it for that.`);
    process.exitCode = error.exitCode;
    return done;
  }
}

async function importOne(cli: Cli, source: Source, group: ImportGroupView): Promise<ImportGroupView> {
  try {
    const { groups } = await ask(cli, source, { only: [group.key], dry_run: false });
    return groups.find((g) => g.key === group.key) ?? { ...group, result: 'failed' };
  } catch (error) {
    // What is wrong with one group alone does not end the others.
    if (!(error instanceof ApiError) || error.problem.status >= 500 || error.problem.status === 401)
      throw error;
    const problems = [{ field: group.key, rule: error.message }];
    return { ...group, result: 'failed', problems };
  }
}

/** @param what `only` undefined: all groups. */
async function ask(
  cli: Cli,
  { path, body }: Source,
  what: { only: string[] | undefined; dry_run: boolean },
): Promise<ImportReport> {
  return (await cli.call<ImportReport>(path, { method: 'POST', body: { ...body, ...what } })).body;
}

/** A failed group always counts; an incomplete one only where it was asked for by name. */
function isPartial({ groups }: ImportReport, only: string[] | undefined): boolean {
  return groups.some(
    (g) => g.result === 'failed' || (g.result === 'incomplete' && only?.includes(g.key) === true),
  );
}
