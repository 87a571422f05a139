import type { CallContext } from '../../domain/access/caller.js';
import type { Grant } from '../../domain/access/grant.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { isMissing } from '../../domain/credentials/missingFields.js';
import type { ServiceType } from '../../domain/credentials/serviceType.js';
import { BrokerError } from '../../domain/errors.js';
import type { ImportGroup } from '../../domain/imports/envImportGroups.js';
import type { ImportDifference } from '../../domain/imports/importMerge.js';
import { createCredential } from '../credentials/createCredential.js';
import { updateCredential } from '../credentials/updateCredential.js';
import type { WritePorts } from '../writing/writePorts.js';
import { addMissingGrants, grantsAfter } from './importGrants.js';
import { compareImport, type ImportComparison, markImported } from './importMerge.js';

/** What an import makes of one group of variables. */
export interface ImportedGroup {
  key: string;
  name: string;
  serviceType: ServiceType;
  /**
   * `create`, `update`, `unchanged`: what a real run would do; `created`, `updated`, `unchanged`, `failed`: what it did.
   * `differs`: nothing, since what differs was changed here. `disabled`, `deleted`: an earlier import made it and a person
   * ended it, so it is not made again.
   */
  result:
    | 'create'
    | 'created'
    | 'update'
    | 'updated'
    | 'unchanged'
    | 'differs'
    | 'disabled'
    | 'deleted'
    | 'incomplete'
    | 'skipped'
    | 'failed';
  credentialId: string | null;
  variables: string[];
  /** Which of the variables other active credentials of the caller claim too: `run` leaves those out as conflicts. */
  alsoClaimed: { variable: string; by: string[] }[];
  problems: { field: string; rule: string }[];
  /** What was changed here since the last import and stays. Never a value. */
  differences: ImportDifference[];
  /** The broker holds what the file has, by this import or, also where the group was skipped, by an earlier one. */
  stored: boolean;
}

/** What is asked of an import. */
export interface ImportOptions {
  dryRun: boolean;
  /** Keys of groups; all others are skipped. Undefined: none is. */
  only: string[] | undefined;
  grants: Grant[];
  /** The file wins over what was changed here: everywhere, or in the groups with these keys. */
  overwrite: boolean | string[];
  /** False: imported credentials are tested only on request. */
  tests: boolean;
}

const NAME_TAKEN = 'The owner already has a credential with this name. Rename or delete it.';

function alsoClaimed(variables: readonly string[], others: readonly Credential[]) {
  return variables.flatMap((variable) => {
    const by = others.filter((c) => c.envNames[variable] !== undefined).map((c) => c.name);
    return by.length === 0 ? [] : [{ variable, by }];
  });
}

/**
 * A group before anything is done about it. What it lacks is no problem where the credential is stored already: a file that
 * was cleaned of its secrets still brings its settings.
 */
export function planned(
  group: ImportGroup,
  existing: Credential | undefined,
  others: Credential[],
): ImportedGroup {
  const variables = Object.keys(group.envNames);
  return {
    key: group.key,
    name: existing?.name ?? group.name,
    serviceType: group.serviceType,
    result: existing === undefined ? 'create' : 'update',
    credentialId: existing?.id ?? null,
    variables,
    alsoClaimed: alsoClaimed(variables, others),
    problems: existing !== undefined && group.problems.every(isMissing) ? [] : group.problems,
    differences: [],
    stored: false,
  };
}

/** Makes or brings up to date the credential of one group. `mine`: all credentials of the caller. */
export async function importGroup(
  ports: WritePorts,
  call: CallContext,
  group: ImportGroup,
  { mine, ended, ...options }: ImportOptions & { mine: readonly Credential[]; ended: readonly Credential[] },
): Promise<ImportedGroup> {
  const active = mine.filter((c) => c.status === 'active');
  const existing = active.find((c) => c.labels['import'] === group.key);
  const others = active.filter((c) => c !== existing);
  const plan = planned(group, existing, others);
  if (plan.problems.length > 0) return { ...plan, result: 'incomplete' };
  if (options.only !== undefined && !options.only.includes(group.key))
    return { ...plan, result: 'skipped', stored: await isStored(ports, call, group, existing) };
  const gone = existing === undefined ? ended.find((c) => c.labels['import'] === group.key) : undefined;
  if (gone !== undefined && (gone.status === 'disabled' || !insists(options.overwrite, group)))
    return { ...plan, ...endedGroup(group, gone) };
  if (existing === undefined && mine.some((c) => c.name === group.name))
    return { ...plan, result: 'failed', problems: [{ field: group.key, rule: NAME_TAKEN }] };
  if (options.dryRun && existing === undefined) return plan;
  try {
    if (existing !== undefined) {
      return { ...plan, ...(await importInto(ports, call, group, { ...options, existing })) };
    }
    const { credential } = await createCredential(ports, call, bodyOf(group), {
      source: 'import',
      grants: options.grants,
      exact: true,
      unscheduled: !options.tests,
    });
    return { ...plan, result: 'created', credentialId: credential.id, stored: true };
  } catch (error) {
    return { ...plan, result: 'failed', problems: [{ field: group.key, rule: ownTrouble(error).detail }] };
  }
}

/** A person ended what an earlier import made: making it again would undo that. */
function endedGroup(
  group: ImportGroup,
  gone: Credential,
): Pick<ImportedGroup, 'result' | 'name' | 'credentialId' | 'problems'> {
  const disabled = gone.status === 'disabled';
  const rule = disabled
    ? 'was imported before and is disabled; enable it to import into it'
    : 'was imported before and was deleted; restore it, or import with overwrite to create it again';
  const result = disabled ? 'disabled' : 'deleted';
  return { result, name: gone.name, credentialId: gone.id, problems: [{ field: group.key, rule }] };
}

/** What is wrong with one group alone; all else ends the import. */
function ownTrouble(error: unknown): BrokerError {
  if (!(error instanceof BrokerError) || error.code === 'store_unavailable') throw error;
  return error;
}

/** Whether the broker holds what the file has now, values and variables. */
async function isStored(
  ports: WritePorts,
  call: CallContext,
  group: ImportGroup,
  existing: Credential | undefined,
): Promise<boolean> {
  if (existing === undefined) return false;
  try {
    return isSame(await compareImport(ports, call, group, { existing, overwrite: false }));
  } catch (error) {
    ownTrouble(error);
    return false;
  }
}

const isSame = ({ taken, names, differences }: ImportComparison): boolean =>
  taken.length === 0 && names === undefined && differences.length === 0;

type Into = Pick<ImportedGroup, 'result' | 'stored' | 'differences'>;

/** What an import makes, or in a preview would make, of a credential that is there already. */
async function importInto(
  ports: WritePorts,
  call: CallContext,
  group: ImportGroup,
  { existing, dryRun, grants, overwrite, tests }: ImportOptions & { existing: Credential },
): Promise<Into> {
  const compared = await compareImport(ports, call, group, {
    existing,
    overwrite: insists(overwrite, group),
  });
  const { taken, names, differences } = compared;
  const stored = differences.length === 0;
  const idle = stored ? 'unchanged' : 'differs';
  const due = taken.length > 0 || names !== undefined;
  if (dryRun) {
    const { missing } = await grantsAfter(ports, existing.id, grants);
    return { result: due || missing ? 'update' : idle, stored: !due && stored, differences };
  }
  const after = due ? await take(ports, call, group, { ...compared, tests }) : compared.credential;
  await markImported(ports, call, after, { ...compared, group });
  const shared = await addMissingGrants(ports, call, existing.id, grants);
  return { result: due || shared ? 'updated' : idle, stored, differences };
}

/** Writes what the file may set. Rejects with `conflict` when the credential changed since it was compared. */
async function take(
  ports: WritePorts,
  call: CallContext,
  group: ImportGroup,
  { credential, file, taken, names, tests }: ImportComparison & { tests: boolean },
): Promise<Credential> {
  const secretFields = group.secretFields?.filter((name) => taken.includes(name));
  const fields = {
    fields: Object.fromEntries(taken.map((name) => [name, file.get(name) ?? null])),
    ...(secretFields === undefined ? {} : { secretFields }),
  };
  const body = {
    ...(taken.length === 0 ? {} : fields),
    ...(names === undefined ? {} : { envNames: names }),
  };
  const options = {
    source: 'import' as const,
    exact: true,
    ifMatch: credential.revision,
    unscheduled: !tests,
  };
  return (await updateCredential(ports, call, credential.id, body, options)).credential;
}

const insists = (overwrite: ImportOptions['overwrite'], group: ImportGroup): boolean =>
  overwrite === true || (overwrite !== false && overwrite.includes(group.key));

const secretFieldsOf = (group: ImportGroup) =>
  group.secretFields === undefined ? {} : { secretFields: group.secretFields };

function bodyOf(group: ImportGroup) {
  return {
    name: group.name,
    serviceType: group.serviceType,
    fields: group.fields,
    ...secretFieldsOf(group),
    description: '',
    // Finds the credential again at the next import, whatever it was renamed to.
    labels: { ...group.labels, import: group.key },
    envNames: group.envNames,
    shared: false,
    accessibleBy: [],
    accessibleLevel: 'read' as const,
  };
}
