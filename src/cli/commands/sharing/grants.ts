import type { z } from 'zod';
import type { grantAnswer } from '../../../api/answers.js';
import { withAccountNames } from '../../client/accountNames.js';
import { ApiError } from '../../client/apiError.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { type Subject, subjectOf } from '../../client/subject.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { REASON, reasonHeader } from '../../forms/breakGlass.js';
import { ahead, TIME_FORMS } from '../../forms/when.js';
import { printJson, printTable } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';

type Grant = z.output<typeof grantAnswer>;

interface Options extends GlobalOptions {
  to?: string[];
  from?: string[];
  /** As it was typed; the broker checks it. */
  level: Grant['level'];
  until?: string;
  reason?: string;
}

const columns = [
  { title: 'KIND', value: (g: Record<string, unknown>) => g['subject_kind'] },
  { title: 'WHO', value: (g: Record<string, unknown>) => g['subject'] },
  { title: 'MAY', value: (g: Record<string, unknown>) => g['level'] },
  { title: 'UNTIL', value: (g: Record<string, unknown>) => g['expires_at'] },
];

/** Who else may do what. */
export const grants = leaf('grants', 'list who else can use, read or manage a credential')
  .argument('<credential>', 'name, owner/name or id')
  .action(
    withBroker(async (cli, { json }, [word = '']) => {
      const credential = await findCredential(cli, word);
      const list = await grantsOf(cli, credential);
      if (json) return printJson({ grants: list });
      if (list.length === 0) return note(`"${credential.name}" is not shared with anyone.`);
      printTable(columns, (await withAccountNames(cli, list)) as unknown as Record<string, unknown>[]);
    }),
  );

/** Adds grants and keeps the others. */
export const grant = leaf('grant', 'share a credential')
  .argument('<credential>', 'name, owner/name or id')
  .option(
    '--to <who>',
    'team:red, role:engineer, service_account:celery or local:anna; may be repeated',
    repeated,
  )
  .option('--level <level>', 'use, read or manage', 'read')
  .option('--until <time>', `when the grant expires: ${TIME_FORMS}`, ahead)
  .option(...REASON)
  .action(
    withBroker<Options>(async (cli, options, [word = '']) => {
      const credential = await findCredential(cli, word);
      const added: Grant[] = [];
      for (const who of needed(options.to, '--to')) {
        const subject = await subjectOf(cli, who);
        added.push({ ...subject, level: options.level, expires_at: options.until ?? null });
      }
      await change(cli, credential, options, (before) => [
        ...before.filter((g) => !added.some((a) => same(a, g))),
        ...added,
      ]);
    }),
  );

/** Takes grants back and keeps the others. */
export const revoke = leaf('revoke', 'stop sharing a credential')
  .argument('<credential>', 'name, owner/name or id')
  .option('--from <who>', 'as grants lists them, e.g. team:red; may be repeated', repeated)
  .action(
    withBroker<Options>(async (cli, options, [word = '']) => {
      const credential = await findCredential(cli, word);
      const before = await grantsOf(cli, credential);
      const gone: Subject[] = [];
      for (const who of needed(options.from, '--from')) {
        const subject = await subjectOf(cli, who);
        if (!before.some((g) => same(g, subject)))
          throw new CliError(`"${credential.name}" is not shared with ${who}.`, EXIT.notFound);
        gone.push(subject);
      }
      await change(cli, credential, options, (list) => list.filter((g) => !gone.some((s) => same(s, g))));
    }),
  );

async function grantsOf(cli: Cli, { id }: CredentialView): Promise<Grant[]> {
  return (await cli.call<{ grants: Grant[] }>(`/api/credentials/${id}/grants`)).body.grants;
}

/** Another request may change the grants between our read and our write: then retry with the current ones. */
async function change(
  cli: Cli,
  credential: CredentialView,
  options: Options,
  next: (before: Grant[]) => Grant[],
): Promise<void> {
  for (const last of [false, true]) {
    try {
      return await replace(cli, credential, next(await grantsOf(cli, credential)), options);
    } catch (error) {
      if (last || !(error instanceof ApiError) || error.problem.code !== 'conflict') throw error;
    }
  }
}

async function replace(
  cli: Cli,
  { id, name }: CredentialView,
  list: Grant[],
  options: Options,
): Promise<void> {
  const request = { method: 'PUT', body: { grants: list }, headers: reasonHeader(options) };
  const { body } = await cli.call<{ grants: Grant[] }>(`/api/credentials/${id}/grants`, request);
  if (options.json) return printJson(body);
  const told = (await withAccountNames(cli, body.grants)).map(line).join(', ');
  note(`"${name}" is shared with ${told || 'nobody'}.`);
}

const line = (g: Grant) =>
  `${['team', 'role'].includes(g.subject_kind) ? `${g.subject_kind}:` : ''}${g.subject} (${g.level})`;
const same = (a: Subject, b: Subject) => a.subject_kind === b.subject_kind && a.subject === b.subject;

function needed(words: string[] | undefined, flag: string): string[] {
  if (words !== undefined) return words;
  throw new CliError(
    `${flag} is needed: team:red, role:engineer, service_account:celery or local:anna`,
    EXIT.usage,
  );
}
