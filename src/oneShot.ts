import type { Command } from 'commander';
import { createLog } from './adapters/log.js';
import { migrate } from './adapters/postgres/migrate/migrations.js';
import { bootstrapVault, planBootstrap } from './adapters/vault/bootstrap/bootstrap.js';
import type { BootstrapOptions } from './adapters/vault/bootstrap/bootstrapSteps.js';
import { openTransport } from './adapters/vault/connection/connection.js';
import { createVaultClient } from './adapters/vault/connection/nodeVault.js';
import { type Config, ConfigRefused, loadConfig, readNamed, requireAll, required } from './config/config.js';
import { listOf } from './config/lists.js';
import { packageFile } from './config/packageFiles.js';
import { BrokerError } from './domain/errors.js';
import { Secret } from './domain/secret.js';
import { MINUTE_MS } from './domain/time/units.js';
import type { Log } from './ports/runtime.js';
import { recoverAdmin } from './usecases/people/recoverAdmin.js';
import { createFirstAdmin } from './usecases/people/users.js';
import { destroyMarked } from './usecases/reconcile/destroyDeleted.js';
import { reconcile } from './usecases/reconcile/reconcile.js';
import { setReportOnly } from './usecases/reconcile/restoreMarker.js';
import { tokenFrom, vaultCa } from './vaultLogins.js';
import { type System, type WorkerSystem, wire, wireDestroyer, wireWorker } from './wire.js';

/** Commands that do one thing and end: results on stdout, progress and logs on stderr. */

/** Of commands that listen nowhere. */
const QUIET = { listens: false };
const out = (line: string) => void process.stdout.write(`${line}\n`);
const say = (line: string) => void process.stderr.write(`${line}\n`);

interface AdminWords {
  username: string;
  passwordFile: string;
  reset: boolean;
  reason?: string;
}

/** Makes the first admin, or recovers one who cannot log in. Resolves with what to print. */
async function createAdmin(ports: System['ports'], options: AdminWords): Promise<string> {
  const { username, reset, reason } = options;
  if (reset !== (reason !== undefined))
    throw new ConfigRefused('--reset and --reason: must be given together');
  const password = new Secret(readNamed('--password-file', options.passwordFile).trim());
  if (reason !== undefined) {
    await recoverAdmin(ports, { username, password, reason });
    return `Reset the password of ${username}. It must be changed at the next login. All sessions of ${username} have ended.`;
  }
  const { principal } = await createFirstAdmin(ports, { username, password });
  return `Created ${principal}. The password must be changed at the first login.`;
}

async function bootstrap({ dryRun, auditFile }: { dryRun: boolean; auditFile?: string }): Promise<void> {
  const config = loadConfig(undefined, QUIET);
  requireAll(config, ['VAULT_ADDR', 'VAULT_TOKEN_FILE']);
  const transport = openTransport(listOf(required(config, 'VAULT_ADDR')), vaultCa(config));
  try {
    const token = tokenFrom(required(config, 'VAULT_TOKEN_FILE'));
    const client = createVaultClient(transport, () => token.reveal());
    const options = bootstrapOptions(config, auditFile);
    const plan = await planBootstrap(client, options);
    const planned =
      plan.length === 0
        ? 'Nothing to do: this Vault is ready for the broker.'
        : `To do:\n${plan.map((line) => `  ${line}`).join('\n')}`;
    (dryRun ? out : say)(planned);
    if (dryRun) return;
    const { roles } = await bootstrapVault(client, { ...options, onStep: (line) => say(`• ${line}`) });
    out(
      `Role ids (not secret). Create a secret id for each with: vault write -f auth/${config.APPROLE_MOUNT}/role/broker-<role>/secret-id`,
    );
    for (const [role, { roleId }] of Object.entries(roles)) out(`  broker-${role}  ${roleId}`);
  } finally {
    await transport.close();
  }
}

function bootstrapOptions(config: Config, auditFile: string | undefined): BootstrapOptions {
  const glassdomeJwtPath = config.GLASSDOME_JWT_KEY_VAULT_PATH;
  return {
    kvMount: config.KV_MOUNT,
    transitMount: config.TRANSIT_MOUNT,
    userpassMount: config.USERPASS_MOUNT,
    approleMount: config.APPROLE_MOUNT,
    policiesDir: packageFile('vault-policies'),
    ...(glassdomeJwtPath !== undefined && { glassdomeJwtPath }),
    ...(auditFile !== undefined && { auditFile }),
  };
}

/** One command on a wired system. Its log goes to stderr, so that stdout holds the result and nothing else. */
async function inSystem<S extends WorkerSystem>(
  build: (config: Config, log: Log) => Promise<S>,
  work: (system: S) => Promise<void>,
): Promise<void> {
  const config = loadConfig(undefined, QUIET);
  const system = await build(config, createLog(config.LOG_LEVEL, 'stderr'));
  try {
    await work(system);
  } finally {
    await system.close();
  }
}

interface ReconcileWords {
  dryRun: boolean;
  reportOnly?: string | true;
  resume: boolean;
  graceMinutes: string;
}

async function reconcileByHand(system: WorkerSystem, words: ReconcileWords): Promise<void> {
  const ports = { ...system.ports, store: await system.reconcilerStore() };
  const days = words.reportOnly === true ? 7 : Number(words.reportOnly);
  if (words.reportOnly !== undefined && !(days > 0 && days <= 365))
    throw new ConfigRefused('--report-only: must be 1 to 365 days');
  if (words.dryRun && (words.resume || words.reportOnly !== undefined))
    throw new ConfigRefused('--dry-run: cannot be combined with --report-only or --resume');
  if (words.resume) await setReportOnly(ports, 0);
  else if (words.reportOnly !== undefined) await setReportOnly(ports, days);
  const graceMs = Number(words.graceMinutes) * MINUTE_MS;
  const report = await reconcile(ports, { graceMs, dryRun: words.dryRun, drift: system.drift });
  out(JSON.stringify(report, null, 2));
}

/** Removes once what is marked; for a scheduler that starts processes. Fails where one could not be removed. */
export const destroyOnce = (): Promise<void> =>
  inSystem(wireDestroyer, async (system) => {
    const counts = await destroyMarked(system.ports, await system.destroyer());
    out(JSON.stringify(counts, null, 2));
    if (counts.failed > 0)
      throw new BrokerError('store_unavailable', {
        detail: 'Some credentials could not be destroyed. See the log.',
      });
  });

/** Adds them to the program. */
export function addOneShotCommands(program: Command): void {
  program
    .command('migrate')
    .description('bring the database schema up to date (DATABASE_OWNER_URL)')
    .action(async () => {
      const config = loadConfig(undefined, QUIET);
      const ran = await migrate({
        ownerUrl: required(config, 'DATABASE_OWNER_URL'),
        appRole: config.DATABASE_APP_ROLE,
      });
      out(ran.length === 0 ? 'The schema is up to date.' : `Ran: ${ran.join(', ')}`);
    });
  program
    .command('bootstrap')
    .description('prepare an existing Vault for the broker (VAULT_ADDR, VAULT_TOKEN_FILE)')
    .option('--dry-run', 'print what would be done and change nothing', false)
    .option('--audit-file <path>', "enable Vault's file audit device, with this path on Vault's host")
    .action(bootstrap);
  program
    .command('create-admin')
    .description('create the first admin, or recover an admin who cannot log in')
    .requiredOption('--username <name>', 'user name')
    .requiredOption('--password-file <file>', 'file (mode 0600) with a one-time password')
    .option('--reset', 'set a new one-time password for an existing admin', false)
    .option(
      '--reason <text>',
      'with --reset: the reason; it is audited, and the owners of what the admin can read are notified',
    )
    .action((options: AdminWords) =>
      inSystem(wire, async ({ ports }) => out(await createAdmin(ports, options))),
    );
  program
    .command('reconcile')
    .description(
      'compare Vault with Postgres, repair what a crash left behind, and record changes made directly in Vault',
    )
    .option('--dry-run', 'print the differences and change nothing', false)
    .option(
      '--report-only [days]',
      'first start a report-only period (default: 7 days): record differences, repair and destroy nothing',
    )
    .option('--resume', 'first end the report-only period, including one that a restore started', false)
    .option('--grace-minutes <n>', 'skip write intents that are younger than this', '15')
    .action((options: ReconcileWords) => inSystem(wireWorker, (system) => reconcileByHand(system, options)));
}
