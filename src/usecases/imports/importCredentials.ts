import type { ImportEnvBody, ImportVaultBody } from '../../api/imports.js';
import { envVocabulary } from '../../connectors/envNames.js';
import type { CallContext } from '../../domain/access/caller.js';
import { type ParsedDotenv, parseDotenv } from '../../domain/imports/dotenv.js';
import { type EnvImportPlan, planEnvImport } from '../../domain/imports/envImport.js';
import type { IncludeChoice } from '../../domain/imports/envInclude.js';
import { planLegacyVault } from '../../domain/imports/legacyVault.js';
import { Secret } from '../../domain/secret.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';
import { withStoredAnswer } from '../writing/storedAnswer.js';
import type { WritePorts } from '../writing/writePorts.js';
import { importGrants } from './importGrants.js';
import { type ImportedGroup, type ImportOptions, importGroup } from './importGroup.js';
import { type ImportReport, keptImport, namesLeft, replayedImport } from './importReplay.js';

type Needs = WritePorts & Pick<Ports, 'legacySecrets'>;

/** What was imported; `replayed` when a request with the same key did it before and this is its answer. */
export interface Imported {
  answer: ImportReport;
  replayed: boolean;
}

/** A Glassdome `.env` → credentials of the caller. A preview unless `dry_run` is false; repeating it changes nothing. */
export async function importEnv(
  ports: Needs,
  call: CallContext,
  body: ImportEnvBody,
  key?: string,
): Promise<Imported> {
  await requireRole(ports, call, 'engineer', { action: 'credential.import' });
  const keyed = { key, action: 'credential.import', request: ['import.env', { ...body }] } as const;
  const planned = () => planEnvImport(readFile(body), envVocabulary, choiceOf(body));
  return withStoredAnswer(ports, call, keyed, {
    run: async () => {
      const report = inFile(await runPlan(ports, call, planned(), await optionsOf(ports, call, body)), body);
      // An import of many calls ends with one that takes no group: half-way the names would only be half true.
      if (!body.dry_run && (body.only ?? []).length === 0 && hasFile(report, body))
        await rememberLeftovers(ports, call, report);
      return report;
    },
    kept: keptImport,
    replay: async (kept) =>
      inFile({ ...(await replayedImport(ports, call, planned(), kept)), tests: testsOf(ports, body) }, body),
  });
}

type FromStore = Pick<ImportEnvBody, 'from_store'>;

/** What came from another store is not left in the environment. */
const inFile = (report: ImportReport, { from_store: names }: FromStore): ImportReport => ({
  ...report,
  stillInEnvironment: report.stillInEnvironment.filter((name) => !names.includes(name)),
});

/** False where all of it came from another store: that says nothing of what a file still holds. */
const hasFile = ({ rows }: ImportReport, { from_store: names }: FromStore): boolean =>
  names.length === 0 || rows.some((row) => !names.includes(row.name));

/** Names only, and only of what looks like a secret: people are reminded that it still lies in their environment. */
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
  body: ImportVaultBody,
  key?: string,
): Promise<Imported> {
  await requireRole(ports, call, 'admin', { action: 'credential.import' });
  // The same import with another token is the same.
  const { vault_token: token, ...rest } = body;
  const keyed = { key, action: 'credential.import', request: ['import.vault', rest] } as const;
  const planned = async () => {
    const secrets = await ports.legacySecrets.readAll({ mount: body.mount, token: new Secret(token) });
    return planLegacyVault(secrets, envVocabulary, choiceOf(body));
  };
  return withStoredAnswer(ports, call, keyed, {
    run: async () => runPlan(ports, call, await planned(), await optionsOf(ports, call, body)),
    kept: keptImport,
    replay: async (kept) => ({
      ...(await replayedImport(ports, call, await planned(), kept)),
      tests: testsOf(ports, body),
    }),
  });
}

/** The text as python-dotenv reads it. A reference that nothing resolves counts as such only where nobody accepted it. */
function readFile(
  body: Pick<ImportEnvBody, 'content' | 'environment' | 'accept_undefined' | 'from_store'>,
): ParsedDotenv {
  const parsed = parseDotenv(body.content, { environment: body.environment });
  const stored = new Set(body.from_store);
  const entries = parsed.entries.map((entry) => ({
    ...entry,
    preferred: stored.has(entry.name),
    ...(body.accept_undefined && { unresolved: [] }),
  }));
  return { ...parsed, entries };
}

const choiceOf = (body: Pick<ImportEnvBody, 'include' | 'include_all' | 'as_name'>): IncludeChoice => ({
  include: body.include,
  includeAll: body.include_all,
  asName: body.as_name,
});

const testsOf = ({ testPace }: Pick<Ports, 'testPace'>, body: Pick<ImportEnvBody, 'tests'>): boolean =>
  body.tests ?? testPace.imported;

async function optionsOf(
  ports: Needs,
  call: CallContext,
  body: Pick<ImportEnvBody, 'dry_run' | 'only' | 'grant_to' | 'overwrite' | 'tests'>,
): Promise<ImportOptions> {
  const grants = await importGrants(ports, call, body.grant_to);
  return {
    dryRun: body.dry_run,
    only: body.only,
    grants,
    overwrite: body.overwrite,
    tests: testsOf(ports, body),
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
