import { envVocabulary } from '../../connectors/envNames.js';
import type { CallContext } from '../../domain/access/caller.js';
import { type ParsedDotenv, parseDotenv } from '../../domain/imports/dotenv.js';
import { type EnvImportPlan, planEnvImport } from '../../domain/imports/envImport.js';
import type { IncludeChoice } from '../../domain/imports/envInclude.js';
import { planLegacyVault } from '../../domain/imports/legacyVault.js';
import type { Secret } from '../../domain/secret.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';
import { hashedRequest, withIdempotency } from '../writing/idempotency.js';
import type { Once } from '../writing/once.js';
import type { WritePorts } from '../writing/writePorts.js';
import { importGrants } from './importGrants.js';
import { type ImportedGroup, type ImportOptions, importGroup } from './importGroup.js';
import { type ImportReport, type KeptImport, keptImport, namesLeft, replayedImport } from './importReplay.js';

type Needs = WritePorts & Pick<Ports, 'legacySecrets'>;

/** What both kinds of imports choose. */
export interface ImportInput
  extends IncludeChoice,
    Partial<Pick<ImportOptions, 'only'>>,
    Pick<ImportOptions, 'overwrite'> {
  /** Preview only. */
  dryRun: boolean;
  /** Principals, `team:<name>` or `service_account:<id or name>` that get `read` on everything imported. */
  grantTo: string[];
  /** Whether scheduled tests begin automatically; left out, as the broker is set up. */
  tests?: boolean | undefined;
}

export interface EnvImport extends ImportInput {
  content: string;
  /** What `${NAME}` means where the file does not set the name. */
  environment: Record<string, string>;
  /** Variables of `content` that came from another store and are not in the file. */
  fromStore: string[];
  /** Take values with a `${NAME}` that nothing sets as python-dotenv reads them. */
  acceptUndefined: boolean;
}

export interface VaultImport extends ImportInput {
  mount: string;
  /** The admin's own; it is not kept. */
  vaultToken: Secret;
}

/** What was imported; `replayed` when a request with the same key did it before and this is its answer. */
export interface Imported {
  answer: ImportReport;
  replayed: boolean;
}

/** A Glassdome `.env` → credentials of the caller. A preview unless it says otherwise; repeating it changes nothing. */
export async function importEnv(
  ports: Needs,
  call: CallContext,
  input: EnvImport,
  once?: Once,
): Promise<Imported> {
  await requireRole(ports, call, 'engineer', { action: 'credential.import' });
  const planned = () => planEnvImport(readFile(input), envVocabulary, choiceOf(input));
  return importOnce(
    ports,
    call,
    { once, what: 'import.env' },
    {
      run: async () => {
        const report = inFile(
          await runPlan(ports, call, planned(), await optionsOf(ports, call, input)),
          input,
        );
        // An import of many calls ends with one that takes no group: half-way the names would only be half true.
        if (!input.dryRun && (input.only ?? []).length === 0 && hasFile(report, input))
          await rememberLeftovers(ports, call, report);
        return report;
      },
      replay: async (kept) =>
        inFile(
          { ...(await replayedImport(ports, call, planned(), kept)), tests: testsOf(ports, input) },
          input,
        ),
    },
  );
}

/** Many credentials take their time; a repetition that takes over too early would work side by side with the first. */
const LOCK_MS = 5 * MINUTE_MS;

/** One that a crash cut off runs again: what it stored is found unchanged then. */
async function importOnce(
  ports: Needs,
  call: CallContext,
  { once, what }: { once: Once | undefined; what: string },
  { run, replay }: { run(): Promise<ImportReport>; replay(kept: KeptImport): Promise<ImportReport> },
): Promise<Imported> {
  if (once === undefined) return { answer: await run(), replayed: false };
  const request = [what, once.request];
  const { purpose, value } = hashedRequest(request);
  const fingerprint = await ports.fingerprints.make(purpose, value);
  const action = 'credential.import';
  const keyed = { key: once.key, request, fingerprint, action, credentialId: null, lockMs: LOCK_MS } as const;
  return withIdempotency(ports, call, keyed, {
    run,
    kept: (answer) => ({ status: 200, body: keptImport(answer) }),
    earlier: async ({ state, response }) =>
      state === 'done' && response !== null ? replay(response.body as KeptImport) : null,
  });
}

type FromStore = Pick<EnvImport, 'fromStore'>;

/** What came from another store is not left in the environment. */
const inFile = (report: ImportReport, { fromStore: names }: FromStore): ImportReport => ({
  ...report,
  stillInEnvironment: report.stillInEnvironment.filter((name) => !names.includes(name)),
});

/** False where all of it came from another store: that says nothing of what a file still holds. */
const hasFile = ({ rows }: ImportReport, { fromStore: names }: FromStore): boolean =>
  names.length === 0 || rows.some((row) => !names.includes(row.name));

/** Names only, and only of what looks like a secret: people are reminded that it is still in their environment. */
async function rememberLeftovers(ports: Needs, call: CallContext, report: ImportReport): Promise<void> {
  const filled = report.rows.filter(
    ({ class: found }) => !['empty', 'placeholder', 'reference'].includes(found),
  );
  const secrets = new Set(filled.filter((row) => row.secret).map((row) => row.name));
  const names = report.stillInEnvironment.filter((name) => secrets.has(name));
  await ports.changes.run(async (tx) => {
    await tx.setEnvLeftovers(call.caller.principal, names, ports.clock.now());
    const details = { still_in_environment: names.length };
    tx.audit(auditEvent(call, 'credential.import', 'allowed', { details }));
  });
}

/** Glassdome's flat Vault layout → credentials, read with the admin's own token, which is not kept. */
export async function importVault(
  ports: Needs,
  call: CallContext,
  input: VaultImport,
  once?: Once,
): Promise<Imported> {
  await requireRole(ports, call, 'admin', { action: 'credential.import' });
  const planned = async () => {
    const secrets = await ports.legacySecrets.readAll({ mount: input.mount, token: input.vaultToken });
    return planLegacyVault(secrets, envVocabulary, choiceOf(input));
  };
  return importOnce(
    ports,
    call,
    { once, what: 'import.vault' },
    {
      run: async () => runPlan(ports, call, await planned(), await optionsOf(ports, call, input)),
      replay: async (kept) => ({
        ...(await replayedImport(ports, call, await planned(), kept)),
        tests: testsOf(ports, input),
      }),
    },
  );
}

/** The text as python-dotenv reads it. A reference that nothing resolves counts as such only where nobody accepted it. */
function readFile(
  input: Pick<EnvImport, 'content' | 'environment' | 'acceptUndefined' | 'fromStore'>,
): ParsedDotenv {
  const parsed = parseDotenv(input.content, { environment: input.environment });
  const stored = new Set(input.fromStore);
  const entries = parsed.entries.map((entry) => ({
    ...entry,
    preferred: stored.has(entry.name),
    ...(input.acceptUndefined && { unresolved: [] }),
  }));
  return { ...parsed, entries };
}

const choiceOf = ({ include, includeAll, asName }: IncludeChoice): IncludeChoice => ({
  include,
  includeAll,
  asName,
});

const testsOf = ({ testPace }: Pick<Ports, 'testPace'>, input: Pick<ImportInput, 'tests'>): boolean =>
  input.tests ?? testPace.imported;

async function optionsOf(
  ports: Needs,
  call: CallContext,
  input: Pick<ImportInput, 'dryRun' | 'only' | 'grantTo' | 'overwrite' | 'tests'>,
): Promise<ImportOptions> {
  const grants = await importGrants(ports, call, input.grantTo);
  return {
    dryRun: input.dryRun,
    only: input.only,
    grants,
    overwrite: input.overwrite,
    tests: testsOf(ports, input),
  };
}

async function runPlan(
  ports: Needs,
  call: CallContext,
  plan: EnvImportPlan,
  options: ImportOptions,
): Promise<ImportReport> {
  const mine = await ports.records.ownedBy(call.caller.principal);
  const ended = await ports.records.endedImports(call.caller.principal);
  const groups: ImportedGroup[] = [];
  for (const group of plan.groups)
    groups.push(await importGroup(ports, call, group, { ...options, mine, ended }));
  const stillInEnvironment = namesLeft(plan.rows, groups);
  const { dryRun, tests } = options;
  return { dryRun, tests, groups, rows: plan.rows, warnings: plan.warnings, stillInEnvironment };
}
