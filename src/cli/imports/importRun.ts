import { ApiError } from '../client/apiError.js';
import type { Cli } from '../client/cli.js';
import { CliError } from '../exitCodes.js';
import { note } from '../terminal/terminal.js';
import type { ImportGroupView, ImportReport } from './importReport.js';
import type { Source } from './importSource.js';
import { withoutStoredLines } from './importStored.js';

/**
 * One call a group, so that a person sees it move and knows what is stored when the connection breaks; then one of no
 * group, also when nothing was due: by it the broker notes what the environment alone still holds.
 */
export async function importAll(
  cli: Cli,
  source: Source,
  preview: ImportReport,
  due: readonly ImportGroupView[],
): Promise<ImportReport> {
  const results = new Map<string, ImportGroupView>();
  for (const [index, group] of due.entries()) {
    const done = await importOne(cli, source, group).catch((error: unknown) => {
      note(`${index} of ${due.length} are stored. Run the import again to continue where it stopped.`);
      throw error;
    });
    note(`[${index + 1}/${due.length}] ${done.name}: ${done.result}`);
    results.set(done.key, done);
  }
  const groups = preview.groups.map((g) => results.get(g.key) ?? g);
  const done = { ...preview, dry_run: false, groups };
  try {
    const { still_in_environment } = await askImport(cli, source, { only: [], dry_run: false });
    return { ...done, still_in_environment };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    note(
      `The import is done, but the names that remain in the environment could not be recorded: ${error.message} Run it again to record them.`,
    );
    process.exitCode = error.exitCode;
    return done;
  }
}

async function importOne(cli: Cli, source: Source, group: ImportGroupView): Promise<ImportGroupView> {
  try {
    const { groups } = await askImport(cli, source, { only: [group.key], dry_run: false });
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
export async function askImport(
  cli: Cli,
  { path, body, lastLine }: Source,
  what: { only: string[] | undefined; dry_run: boolean },
): Promise<ImportReport> {
  const answer = await cli.call<ImportReport>(path, { method: 'POST', body: { ...body, ...what } });
  return withoutStoredLines(answer.body, lastLine);
}
