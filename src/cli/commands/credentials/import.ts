import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { type CleanOptions, cleanFile } from '../../imports/cleanFile.js';
import { chooseUnknown, includeOf, unknownIn } from '../../imports/importInclude.js';
import { type ImportReport, printOutcome, printPreview, printWayOut } from '../../imports/importReport.js';
import { askImport, importAll } from '../../imports/importRun.js';
import { placeOf, type Source, type SourceOptions, sourceOf } from '../../imports/importSource.js';
import { printJson } from '../../terminal/output.js';
import { confirm } from '../../terminal/terminal.js';

interface Options extends GlobalOptions, SourceOptions, CleanOptions {
  only?: string[];
  grantTo?: string[];
  overwrite?: string[] | true;
  include?: string[];
  includeAll?: boolean;
  as?: string;
  asName?: string;
  acceptUndefined?: boolean;
  tests?: boolean;
}

/** A `.env`, or Glassdome's flat Vault layout, becomes credentials: first the preview, then a yes, then the import. */
export const importCommand = leaf('import', "import a .env, or Glassdome's flat Vault layout")
  .argument('[file]', '.env file; - for stdin')
  .option('--dry-run', 'show what would happen and exit')
  .option('--yes', 'do not ask')
  .option(
    '--only <group>',
    'import only this group of the preview, e.g. proxmox:01; may be repeated',
    repeated,
  )
  .option(
    '--overwrite [group]',
    'replace values that were changed here since the last import: in this group (may be repeated), or in all groups',
    repeated,
  )
  .option(
    '--grant-to <subject>',
    'let these read all of it: team:red, service_account:<id or name> or local:anna; may be repeated',
    repeated,
  )
  .option('--include <name>', 'import a variable that is left out by default; may be repeated', repeated)
  .option('--include-all', 'import all variables with unknown names, as one credential of type other')
  .option('--as <type>', 'same as --include-all: --as other')
  .option('--as-name <name>', 'name of that credential (default: from the file or its folder)')
  .option(
    '--accept-undefined',
    'import values that refer to an undefined variable, with an empty string in its place',
  )
  .option('--clean', 'replace the imported lines of the file with comments; a backup is kept')
  .option(
    '--write-rest <file>',
    'write the lines that were not imported to a new file; the .env stays as it is',
  )
  .option('--no-tests', 'do not run scheduled tests of imported credentials before their first manual test')
  .option(
    '--from-vault',
    "read Glassdome's old Vault keys: from the broker's Vault (admins), or, with a file or --vault-address, directly from another Vault",
  )
  .option('--vault-address <url>', 'for --from-vault: another Vault (with a file, default: VAULT_ADDR)')
  .option('--vault-ca <file>', 'PEM file with the CA that signed its certificate (default: VAULT_CACERT)')
  .option('--vault-token [value]', 'for --from-vault: prompted for when omitted; @file, - for stdin')
  .option('--mount <name>', 'for --from-vault: the mount of the old keys (default: glassdome)')
  .action(
    withBroker<Options>(async (cli, options, words) => {
      const { file, overwrite } = wordsOf(options, words);
      const source = await sourceOf(file, options);
      if ((file === undefined || file === '-') && (options.clean === true || options.writeRest !== undefined))
        throw new CliError('--clean and --write-rest need a file', EXIT.usage);
      const include = includeOf(options, file);
      const named = [...(options.only ?? []), ...(Array.isArray(overwrite) ? overwrite : [])];
      const body = {
        ...source.body,
        ...include,
        grant_to: options.grantTo ?? [],
        overwrite,
        ...testsOf(options),
      };
      const report = await importFrom(cli, { ...source, body }, options, named);
      const { fileText } = source;
      if (report !== undefined && file !== undefined && file !== '-' && fileText !== undefined)
        cleanFile(file, fileText, report, options);
    }),
  );

/** Preview, questions, import, outcome. */
async function importFrom(
  cli: Cli,
  given: Source,
  options: Options,
  named: readonly string[],
): Promise<ImportReport | undefined> {
  let source = given;
  let preview = await previewOf(cli, source, named, options.only);
  if (!options.json) printPreview(preview, options.grantTo ?? []);
  else if (options.dryRun) printJson(preview);
  if (options.dryRun) {
    printWayOut(preview);
    return undefined;
  }
  if (!options.json && !options.yes && (await chooseUnknown(preview, String(source.body['as_name'])))) {
    source = { ...source, body: { ...source.body, include_all: true } };
    preview = await previewOf(cli, source, named, options.only);
  }
  const due = preview.groups.filter((g) => g.result === 'create' || g.result === 'update');
  if (due.length > 0) await confirm(`Import ${due.length} of ${preview.groups.length}?`, options.yes);
  const report = await importAll(cli, source, preview, due);
  if (options.json) printJson(report);
  else printOutcome(report, placeOf(source));
  printWayOut(report);
  const nothing = report.groups.length === 0 && unknownIn(report).length > 0;
  if (nothing || isPartial(report, options.only)) process.exitCode = EXIT.failed;
  return report;
}

const testsOf = ({ acceptUndefined, tests }: Options) => ({
  ...(acceptUndefined === true && { accept_undefined: true }),
  ...(tests === false && { tests: false }),
});

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
  const preview = await askImport(cli, source, { only, dry_run: true });
  const unknown = named.filter((key) => !preview.groups.some((g) => g.key === key));
  if (unknown.length === 0) return preview;
  const known = preview.groups.map((g) => g.key).join(', ') || 'none';
  throw new CliError(`There is no group "${unknown.join('", "')}".`, EXIT.usage, `There are: ${known}`);
}

/** A failed group always counts; an incomplete one only where it was asked for by name. */
function isPartial({ groups }: ImportReport, only: string[] | undefined): boolean {
  return groups.some(
    (g) => g.result === 'failed' || (g.result === 'incomplete' && only?.includes(g.key) === true),
  );
}
