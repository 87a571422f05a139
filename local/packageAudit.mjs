// `npm run audit`: asks the registry for known vulnerabilities of the production packages. Ends with 1 where there are serious
// ones, and reports plainly where the registry does not answer such questions, so that silence is not taken for "none".
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

/** What `npm audit --json` printed, in one line and an exit code. */
export function auditVerdict(printed) {
  const counts = countsIn(printed);
  if (counts === undefined)
    return {
      code: 0,
      line: 'NOT CHECKED: the package registry did not answer the audit. Run it where one does.',
    };
  const { critical = 0, high = 0, moderate = 0, low = 0 } = counts;
  const line = `${critical} critical, ${high} high, ${moderate} moderate, ${low} low vulnerabilities in production packages`;
  return { code: critical + high > 0 ? 1 : 0, line };
}

function countsIn(printed) {
  try {
    const counts = JSON.parse(printed)?.metadata?.vulnerabilities;
    return typeof counts?.critical === 'number' ? counts : undefined;
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const args = [
    'audit',
    '--omit=dev',
    '--omit=optional',
    '--json',
    '--fetch-retries=1',
    '--fetch-timeout=20000',
  ];
  const { stdout } = spawnSync('npm', args, { encoding: 'utf8' });
  const { code, line } = auditVerdict(stdout ?? '');
  process.stdout.write(`npm audit: ${line}\n`);
  process.exit(code);
}
