import { once } from 'node:events';
import { Argument, type Command } from 'commander';
import type { z } from 'zod';
import type { auditKeyAnswer, auditProof } from '../../../api/audit.js';
import type { AuditProblem } from '../../../domain/audit/auditProof.js';
import { type ExportOptions, exportLines } from '../../audit/exportFile.js';
import { publicKeysIn, verifyFile } from '../../audit/offline.js';
import { Cli, type GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { ago, TIME_FORMS } from '../../forms/when.js';
import { printJson } from '../../terminal/output.js';
import { readText } from '../../terminal/readText.js';
import { note, say } from '../../terminal/terminal.js';

interface VerifyOptions extends GlobalOptions {
  key?: string;
}

const verify = leaf('verify', 'check every row against its chain and the signed checkpoints (admins)')
  .addArgument(new Argument('[file]', 'export file, to check without a broker; requires --key'))
  .option('--key <file>', 'file with the public keys of the checkpoints, from glassdome audit key')
  .action(async (file: string | undefined, options: VerifyOptions) => {
    if (file === undefined && options.key !== undefined)
      throw new CliError(
        '--key requires an export file.',
        EXIT.usage,
        'Name the export: glassdome audit verify <file> --key <file>',
      );
    const ok = file === undefined ? await verifyBroker(options) : await verifyExport(file, options);
    if (!ok) process.exitCode = EXIT.failed;
  });

async function verifyBroker(options: VerifyOptions): Promise<boolean> {
  const { body } = await new Cli(options).call<z.output<typeof auditProof>>('/api/audit/verify');
  if (options.json) {
    printJson(body);
    return body.ok;
  }
  sayProblems(body.problems, body.problem_count);
  const unsigned = body.unsigned_rows === 0 ? '' : `, ${body.unsigned_rows} rows not signed yet`;
  note(
    `${verdict(body.ok)}: ${body.rows} rows in ${body.chains} chains, ${body.checkpoints} signed checkpoints${unsigned}.`,
  );
  return body.ok;
}

async function verifyExport(file: string, { key, json }: VerifyOptions): Promise<boolean> {
  if (key === undefined)
    throw new CliError(
      '--key is required to check a file.',
      EXIT.usage,
      'Get it once: glassdome audit key > key.pem',
    );
  const proof = await verifyFile(file, publicKeysIn(readText(key, '--key')), new Date());
  const { ok, rows, chains, checkpoints, base, last, problemCount, problems } = proof;
  if (json) printJson({ ok, rows, chains, checkpoints, base, last, problem_count: problemCount, problems });
  else {
    sayProblems(problems, problemCount);
    const from = base === null ? 'the first row' : `checkpoint ${base.number} of ${base.at}`;
    const to = last === null ? 'no checkpoint' : `checkpoint ${last.number} of ${last.at}`;
    note(
      `${verdict(ok)}: ${rows} rows in ${chains} chains, ${checkpoints} signed checkpoints, from ${from} to ${to}.`,
    );
  }
  return ok;
}

const verdict = (ok: boolean) => (ok ? 'Audit trail is intact' : 'AUDIT TRAIL WAS CHANGED');

/** The export itself is on stdout. */
function sayAside(problems: readonly AuditProblem[]): void {
  for (const { chain, seq, problem } of problems) note(`NOT SIGNED: ${chain} ${seq}: ${problem}`);
}

function sayProblems(problems: readonly AuditProblem[], count: number): void {
  for (const { chain, seq, problem } of problems) say(`${chain} ${seq}: ${problem}`);
  if (count > problems.length) say(`… and ${count - problems.length} more`);
}

const exportCommand = leaf(
  'export',
  'write the audit trail with its signed checkpoints as JSON Lines (admins)',
)
  .option('--since <time>', `start at the checkpoint before this time: ${TIME_FORMS}`, ago)
  .option('--until <time>', 'end at the first checkpoint after this time', ago)
  .action(
    withBroker<GlobalOptions & ExportOptions>(async (cli, { since, until }) => {
      let rows = 0;
      for await (const line of exportLines(cli, { ...(since && { since }), ...(until && { until }) })) {
        if ('row' in line) rows += 1;
        if ('glassdome_audit' in line && line.problems.length > 0) {
          sayAside(line.problems);
          process.exitCode = EXIT.failed;
        }
        if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
      }
      note(`${rows} rows exported. Check them: glassdome audit verify <file> --key <file>`);
    }),
  );

const keyCommand = leaf('key', 'print the public keys that checkpoints are signed with (admins)').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<z.output<typeof auditKeyAnswer>>('/api/audit/key');
    if (json) return printJson(body);
    for (const { version, public_key: pem } of body.keys)
      say(`# broker-audit, version ${version}\n${pem.trim()}`);
  }),
);

export const proofCommands: readonly Command[] = [verify, exportCommand, keyCommand];
