import { Cli, type GlobalOptions } from '../../client/cli.js';
import { leaf } from '../../client/command.js';
import { lookAtBroker } from '../../doctor/broker.js';
import { type DoctorCheck, fail } from '../../doctor/doctorCheck.js';
import { lookAtPrograms } from '../../doctor/programs.js';
import { lookAtProxies, lookAtSession, lookAtVariables } from '../../doctor/surroundings.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { printJson } from '../../terminal/output.js';
import { say } from '../../terminal/terminal.js';

const ANSWER_MS = 5_000;

/** Checks everything between this program and the broker, and says how to fix what is wrong. */
export const doctor = leaf('doctor', 'check the connection to the broker and say what to fix').action(
  async (options: GlobalOptions) => {
    const findings = [...lookAtPrograms(), ...lookAtVariables(), ...(await lookFurther(options))];
    const failed = findings.some((finding) => finding.status === 'fail');
    if (options.json) {
      const checks = findings.map(({ wayOut, ...rest }) => ({ ...rest, way_out: wayOut ?? null }));
      printJson({ ok: !failed, checks });
    } else for (const finding of findings) tell(finding);
    if (failed) process.exitCode = EXIT.failed;
  },
);

async function lookFurther(options: GlobalOptions): Promise<DoctorCheck[]> {
  let cli: Cli;
  try {
    cli = new Cli(options, ANSWER_MS);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [fail('Settings', error.message, error.hint ?? 'Correct the variable or the option.')];
  }
  const { server } = cli.api;
  return [
    lookAtProxies(server),
    lookAtSession(cli.settings.sessionFile, server),
    ...(await lookAtBroker(cli)),
  ];
}

function tell({ what, status, text, wayOut }: DoctorCheck): void {
  say(`${status.padEnd(4)}  ${what.padEnd(14)}  ${text}`);
  if (wayOut !== undefined) say(`${' '.repeat(22)}→ ${wayOut}`);
}
