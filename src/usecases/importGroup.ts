import type { Call } from '../domain/caller.js';
import type { Credential } from '../domain/credential.js';
import type { ImportGroup } from '../domain/envImport.js';
import { BrokerError } from '../domain/errors.js';
import type { Grant } from '../domain/grant.js';
import { authorize } from './authorize.js';
import { createCredential } from './createCredential.js';
import { addMissingGrants, grantsAfter } from './importGrants.js';
import { mergedFields, updateCredential } from './updateCredential.js';
import type { WritePorts } from './writeVersion.js';

/** What an import makes of one group of variables. */
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
  /** The broker holds what the file has, by this import or, also where the group was skipped, by an earlier one. */
  stored: boolean;
}

/** What is asked of an import. */
export interface ImportOptions {
  dryRun: boolean;
  /** Keys of groups; all others are skipped. Undefined: none is. */
  only: string[] | undefined;
  grants: Grant[];
}

const NAME_TAKEN = 'The owner already has a credential of that name: rename or delete it.';

function alsoClaimed(variables: readonly string[], others: readonly Credential[]) {
  return variables.flatMap((variable) => {
    const by = others.filter((c) => c.envNames[variable] !== undefined).map((c) => c.name);
    return by.length === 0 ? [] : [{ variable, by }];
  });
}

/** A group before anything is done about it. */
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
    problems: group.problems,
    stored: false,
  };
}

/** Makes or brings up to date the credential of one group. `mine`: all credentials of the caller. */
export async function importGroup(
  ports: WritePorts,
  call: Call,
  group: ImportGroup,
  { mine, ...options }: ImportOptions & { mine: readonly Credential[] },
): Promise<ImportedGroup> {
  const active = mine.filter((c) => c.status === 'active');
  const existing = active.find((c) => c.labels['import'] === group.key);
  const others = active.filter((c) => c !== existing);
  const told = planned(group, existing, others);
  if (group.problems.length > 0) return { ...told, result: 'incomplete' };
  if (options.only !== undefined && !options.only.includes(group.key))
    return { ...told, result: 'skipped', stored: await isStored(ports, call, group, existing) };
  if (existing === undefined && mine.some((c) => c.name === group.name))
    return { ...told, result: 'failed', problems: [{ field: group.key, rule: NAME_TAKEN }] };
  if (options.dryRun && existing === undefined) return told;
  try {
    if (existing !== undefined) {
      const result = await importInto(ports, call, group, { ...options, existing });
      return { ...told, result, stored: result !== 'update' };
    }
    const { credential } = await createCredential(ports, call, bodyOf(group), {
      source: 'import',
      grants: options.grants,
      exact: true,
    });
    return { ...told, result: 'created', credentialId: credential.id, stored: true };
  } catch (error) {
    return { ...told, result: 'failed', problems: [{ field: group.key, rule: ownTrouble(error).detail }] };
  }
}

/** What is wrong with one group alone; all else ends the import. */
function ownTrouble(error: unknown): BrokerError {
  if (!(error instanceof BrokerError) || error.code === 'store_unavailable') throw error;
  return error;
}

/** Whether an earlier import brought what the file has now. */
async function isStored(
  ports: WritePorts,
  call: Call,
  group: ImportGroup,
  existing: Credential | undefined,
): Promise<boolean> {
  if (existing === undefined) return false;
  try {
    return await holds(ports, call, group, existing);
  } catch (error) {
    ownTrouble(error);
    return false;
  }
}

/** Whether a credential has the names and values of the file. */
async function holds(
  ports: WritePorts,
  call: Call,
  group: ImportGroup,
  existing: Credential,
): Promise<boolean> {
  if (!hasNames(existing, group)) return false;
  const granted = await authorize(ports, call, existing.id, 'edit', 'credential.update');
  const body = { fields: group.fields, ...secretFieldsOf(group) };
  const { changed } = await mergedFields(ports, call, granted, body, true);
  return changed.length === 0;
}

/** What an import makes, or in a preview would make, of a credential that is there already. */
async function importInto(
  ports: WritePorts,
  call: Call,
  group: ImportGroup,
  { existing, dryRun, grants }: ImportOptions & { existing: Credential },
): Promise<'unchanged' | 'updated' | 'update'> {
  if (dryRun) {
    const same = await holds(ports, call, group, existing);
    const { missing } = await grantsAfter(ports, existing.id, grants);
    return same && !missing ? 'unchanged' : 'update';
  }
  const body = { fields: group.fields, ...secretFieldsOf(group) };
  const { credential: after } = await updateCredential(
    ports,
    call,
    existing.id,
    hasNames(existing, group) ? body : { ...body, env_names: group.envNames },
    { source: 'import', exact: true },
  );
  const shared = await addMissingGrants(ports, call, existing.id, grants);
  return after.revision === existing.revision && !shared ? 'unchanged' : 'updated';
}

const hasNames = (existing: Credential, group: ImportGroup) =>
  JSON.stringify(sorted(existing.envNames)) === JSON.stringify(sorted(group.envNames));

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
