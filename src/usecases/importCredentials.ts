import type { ImportEnvBody, ImportVaultBody } from '../api/credentials.js';
import { envVocabulary } from '../connectors/envNames.js';
import type { Call } from '../domain/caller.js';
import type { Credential } from '../domain/credential.js';
import { parseDotenv } from '../domain/dotenv.js';
import { type EnvImportPlan, type ImportGroup, planEnvImport } from '../domain/envImport.js';
import { BrokerError } from '../domain/errors.js';
import { planFlatVault } from '../domain/flatVault.js';
import type { Grant } from '../domain/grant.js';
import { Secret } from '../domain/secret.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { authorize } from './authorize.js';
import { createCredential } from './createCredential.js';
import { addMissingGrants, grantsAfter, importGrants } from './importGrants.js';
import { requireRole } from './refuse.js';
import { withStoredAnswer } from './storedAnswer.js';
import { mergedFields, updateCredential } from './updateCredential.js';
import type { WritePorts } from './writeVersion.js';

type Needs = WritePorts & Pick<Ports, 'flatSecrets'>;

export interface ImportedGroup {
  key: string;
  name: string;
  serviceType: string;
  /** `create`, `update`, `unchanged`: what a real run would do; `created`, `updated`, `unchanged`, `failed`: what it did. */
  result: 'create' | 'created' | 'update' | 'updated' | 'unchanged' | 'incomplete' | 'skipped' | 'failed';
  credentialId: string | null;
  variables: string[];
  /** Which of the variables other active credentials of the caller claim too: `run` leaves those out as conflicts. */
  alsoClaimed: { variable: string; by: string[] }[];
  problems: { field: string; rule: string }[];
}

export interface ImportReport {
  dryRun: boolean;
  groups: ImportedGroup[];
  rows: EnvImportPlan['rows'];
  warnings: EnvImportPlan['warnings'];
  /** Variables that only the file holds afterwards. */
  stillInEnvironment: string[];
}

interface Options {
  dryRun: boolean;
  only: string[] | undefined;
  grants: Grant[];
}

/** What was imported; `replayed` when a request with the same key did it before and this is its answer. */
export interface Imported {
  answer: ImportReport;
  replayed: boolean;
}

/** A Glassdome `.env` → credentials of the caller. A preview unless `dry_run` is false; repeating it changes nothing. */
export async function importEnv(
  ports: Needs,
  call: Call,
  body: ImportEnvBody,
  key?: string,
): Promise<Imported> {
  await requireRole(ports, call, 'engineer', { action: 'credential.import' });
  const keyed = { key, action: 'credential.import', request: ['import.env', { ...body }] } as const;
  return withStoredAnswer(ports, call, keyed, async () => {
    const plan = planEnvImport(parseDotenv(body.content), envVocabulary);
    const report = await runPlan(ports, call, plan, await optionsOf(ports, call, body));
    if (!body.dry_run) await rememberLeftovers(ports, call, report);
    return report;
  });
}

/** Names only, and only of what looks like a secret: people are reminded that it still lies in their environment. */
async function rememberLeftovers(ports: Needs, call: Call, report: ImportReport): Promise<void> {
  const secrets = new Set(report.rows.filter((row) => row.secret).map((row) => row.name));
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
  call: Call,
  body: ImportVaultBody,
  key?: string,
): Promise<Imported> {
  await requireRole(ports, call, 'admin', { action: 'credential.import' });
  // The same import with another token is the same.
  const { vault_token: token, ...rest } = body;
  const keyed = { key, action: 'credential.import', request: ['import.vault', rest] } as const;
  return withStoredAnswer(ports, call, keyed, async () => {
    const secrets = await ports.flatSecrets.readAll({ mount: body.mount, token: new Secret(token) });
    const plan = planFlatVault(secrets, envVocabulary);
    return runPlan(ports, call, plan, await optionsOf(ports, call, body));
  });
}

async function optionsOf(
  ports: Needs,
  call: Call,
  body: Pick<ImportEnvBody, 'dry_run' | 'only' | 'grant_to'>,
): Promise<Options> {
  const grants = await importGrants(ports, call, body.grant_to);
  return { dryRun: body.dry_run, only: body.only, grants };
}

async function runPlan(
  ports: Needs,
  call: Call,
  plan: EnvImportPlan,
  options: Options,
): Promise<ImportReport> {
  const mine = await ports.records.ownedBy(call.caller.principal);
  const groups: ImportedGroup[] = [];
  for (const group of plan.groups) groups.push(await importGroup(ports, call, group, mine, options));
  const stillInEnvironment = namesLeft(plan.rows, groups);
  return { dryRun: options.dryRun, groups, rows: plan.rows, warnings: plan.warnings, stillInEnvironment };
}

/** By group and not by name, since the keys of a Vault layout are not called as the variables made of them. */
function namesLeft(rows: EnvImportPlan['rows'], groups: readonly ImportedGroup[]): string[] {
  const safe = new Set(
    groups.filter((g) => ['created', 'updated', 'unchanged'].includes(g.result)).map((g) => g.key),
  );
  const stored = rows.filter((r) => r.class === 'credential' && r.group !== undefined && safe.has(r.group));
  const storedNames = new Set(stored.map((r) => r.name));
  return [...new Set(rows.map((r) => r.name))].filter((name) => !storedNames.has(name));
}

const NAME_TAKEN = 'The owner already has a credential of that name: rename or delete it.';

function alsoClaimed(variables: readonly string[], others: readonly Credential[]) {
  return variables.flatMap((variable) => {
    const by = others.filter((c) => c.envNames[variable] !== undefined).map((c) => c.name);
    return by.length === 0 ? [] : [{ variable, by }];
  });
}

function planned(group: ImportGroup, existing: Credential | undefined, others: Credential[]): ImportedGroup {
  const variables = Object.keys(group.envNames);
  return {
    key: group.key,
    name: existing?.name ?? group.name,
    serviceType: group.serviceType,
    result: existing === undefined ? 'create' : 'update',
    credentialId: existing?.id ?? null,
    variables,
    alsoClaimed: alsoClaimed(variables, others),
    problems: group.problems,
  };
}

async function importGroup(
  ports: Needs,
  call: Call,
  group: ImportGroup,
  mine: Credential[],
  options: Options,
): Promise<ImportedGroup> {
  const active = mine.filter((c) => c.status === 'active');
  const existing = active.find((c) => c.labels['import'] === group.key);
  const others = active.filter((c) => c !== existing);
  const told = planned(group, existing, others);
  if (group.problems.length > 0) return { ...told, result: 'incomplete' };
  if (options.only !== undefined && !options.only.includes(group.key)) return { ...told, result: 'skipped' };
  if (existing === undefined && mine.some((c) => c.name === group.name))
    return { ...told, result: 'failed', problems: [{ field: group.key, rule: NAME_TAKEN }] };
  if (options.dryRun && existing === undefined) return told;
  try {
    if (existing !== undefined) {
      const result = await importInto(ports, call, group, existing, options);
      return { ...told, result };
    }
    const { credential } = await createCredential(ports, call, bodyOf(group), {
      source: 'import',
      grants: options.grants,
      exact: true,
    });
    return { ...told, result: 'created', credentialId: credential.id };
  } catch (error) {
    if (!(error instanceof BrokerError) || error.code === 'store_unavailable') throw error;
    return { ...told, result: 'failed', problems: [{ field: group.key, rule: error.detail }] };
  }
}

/** What an import makes, or in a preview would make, of a credential that is there already. */
async function importInto(
  ports: Needs,
  call: Call,
  group: ImportGroup,
  existing: Credential,
  { dryRun, grants }: Options,
): Promise<'unchanged' | 'updated' | 'update'> {
  const sameNames = JSON.stringify(sorted(existing.envNames)) === JSON.stringify(sorted(group.envNames));
  const body = { fields: group.fields, ...secretFieldsOf(group) };
  if (dryRun) {
    const granted = await authorize(ports, call, existing.id, 'edit', 'credential.update');
    const { changed } = await mergedFields(ports, call, granted, body, true);
    const { missing } = await grantsAfter(ports, existing.id, grants);
    return sameNames && changed.length === 0 && !missing ? 'unchanged' : 'update';
  }
  const { credential: after } = await updateCredential(
    ports,
    call,
    existing.id,
    sameNames ? body : { ...body, env_names: group.envNames },
    { source: 'import', exact: true },
  );
  const shared = await addMissingGrants(ports, call, existing.id, grants);
  return after.revision === existing.revision && !shared ? 'unchanged' : 'updated';
}

const sorted = (map: Record<string, string>) => Object.entries(map).sort(([a], [b]) => a.localeCompare(b));

const secretFieldsOf = (group: ImportGroup) =>
  group.secretFields === undefined ? {} : { secret_fields: group.secretFields };

function bodyOf(group: ImportGroup) {
  return {
    name: group.name,
    service_type: group.serviceType,
    fields: group.fields,
    ...secretFieldsOf(group),
    description: '',
    // Finds the credential again at the next import, whatever it was renamed to.
    labels: { ...group.labels, import: group.key },
    env_names: group.envNames,
    shared: false,
    accessible_by: [],
    accessible_level: 'read' as const,
  };
}
