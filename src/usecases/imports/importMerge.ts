import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import { mergeFields } from '../../domain/credentials/templateFields.js';
import { BrokerError } from '../../domain/errors.js';
import type { ImportGroup } from '../../domain/imports/envImportGroups.js';
import {
  differing,
  fieldsToTake,
  type ImportDifference,
  type ImportMark,
  mergeNames,
  type Side,
  sideOf,
} from '../../domain/imports/importMerge.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { authorize } from '../gate/authorize.js';
import { activeValues } from '../reading/storedVersion.js';

type Needs = Pick<Ports, 'records' | 'auditLog' | 'store'>;

/** The file against what is stored and what the last import brought. */
export interface ImportComparison {
  credential: Credential;
  mark: ImportMark;
  file: Side;
  /** Fields that the import sets. */
  taken: string[];
  /** The variables afterwards, or undefined where they stay. */
  names: Record<string, string> | undefined;
  differences: ImportDifference[];
}

/** Compares one group with its credential. `overwrite`: the file wins everywhere. */
export async function compareImport(
  ports: Needs,
  call: CallContext,
  group: ImportGroup,
  { existing, overwrite }: { existing: Credential; overwrite: boolean },
): Promise<ImportComparison> {
  const { credential } = await authorize(ports, call, existing.id, 'edit', 'credential.update');
  const active = sideOf(await activeValues(ports, credential));
  const mark = (await ports.records.importMark(credential.id)) ?? { fields: {}, envNames: {} };
  const file = fileSide(group);
  const names = differing(file, active);
  const history = names.length === 0 ? [] : await ports.records.versions(credential.id);
  const found = { credential, mark, active, history };
  const base = overwrite ? active : await baseOf(ports, names, found);
  const taken = overwrite ? names : fieldsToTake(names, { active, base, mark });
  const kept = names.filter((name) => !taken.includes(name));
  const merged = mergeNames({
    file: group.envNames,
    active: credential.envNames,
    mark: mark.envNames,
    fields: new Set([...active.keys(), ...taken]),
    overwrite,
  });
  return {
    credential,
    mark,
    file,
    taken,
    names: sameNames(merged.names, credential.envNames) ? undefined : merged.names,
    differences: [...kept.map((name) => differenceOf(name, found)), ...merged.kept.map(differenceOfName)],
  };
}

/** The file's fields as storing them would write them; as they are where the file alone is not complete. */
function fileSide(group: ImportGroup): Side {
  const { template } = requireConnector(group.serviceType);
  const { fields: given, secretFields } = group;
  try {
    const input = { template, given, exact: true, ...(secretFields === undefined ? {} : { secretFields }) };
    return sideOf(mergeFields(input).values);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return new Map(Object.entries(given));
  }
}

interface Found {
  credential: Credential;
  mark: ImportMark;
  active: Side;
  /** Newest first. */
  history: CredentialVersion[];
}

/** What the last import brought of these fields, from the versions in Vault that hold it. */
async function baseOf(ports: Needs, names: readonly string[], found: Found): Promise<Side> {
  const { credential, mark, active } = found;
  const base = new Map<string, NonNullable<ReturnType<Side['get']>>>();
  const read = new Map<number, Side | undefined>();
  for (const name of names) {
    const version = mark.fields[name];
    if (version === undefined) continue;
    if (!read.has(version))
      read.set(
        version,
        version === credential.activeVersion ? active : await versionOf(ports, found, version),
      );
    // Where Vault no longer has it, the history says whether the active value came with an import.
    const side = read.get(version) ?? (lastChange(name, found)?.source === 'import' ? active : undefined);
    const value = side?.get(name);
    if (value !== undefined) base.set(name, value);
  }
  return base;
}

async function versionOf(ports: Needs, { credential, history }: Found, version: number) {
  const known = history.find((one) => one.version === version);
  if (known === undefined) return undefined;
  try {
    return sideOf(
      await ports.store.read(credential.vaultPath, version, known.createdTime, known.secretFields),
    );
  } catch (error) {
    if (error instanceof BrokerError && ['gone', 'integrity_error'].includes(error.code)) return undefined;
    throw error;
  }
}

/** The version up to the active one that gave a field its value. */
const lastChange = (name: string, { credential, history }: Found): CredentialVersion | undefined =>
  history.find((v) => v.version <= (credential.activeVersion ?? 0) && v.changedFields.includes(name));

function differenceOf(field: string, found: Found): ImportDifference {
  const change = lastChange(field, found);
  if (change === undefined || change.version <= (found.mark.fields[field] ?? 0))
    return { field, source: 'activation', at: null, by: null };
  return { field, source: change.source, at: change.recordedAt, by: change.author };
}

const differenceOfName = (variable: string): ImportDifference => ({
  field: `env_names.${variable}`,
  source: 'api',
  at: null,
  by: null,
});

const sorted = (map: Record<string, string>) => Object.entries(map).sort(([a], [b]) => a.localeCompare(b));
const sameNames = (a: Record<string, string>, b: Record<string, string>) =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** Notes what is the same here and in the file now, so that a later change here is seen as one. */
export async function markImported(
  ports: Pick<Ports, 'clock' | 'changes'>,
  call: CallContext,
  after: Credential,
  {
    file,
    mark,
    differences,
    group,
  }: Pick<ImportComparison, 'file' | 'mark' | 'differences'> & { group: ImportGroup },
): Promise<void> {
  const kept = new Set(differences.map(({ field }) => field));
  const version = after.activeVersion;
  if (version === null) return;
  const same = [...file.keys()].filter((name) => !kept.has(name));
  const names = Object.entries(group.envNames).filter(([variable]) => !kept.has(`env_names.${variable}`));
  const isMarked =
    same.every((name) => mark.fields[name] === version) &&
    names.every(([variable, field]) => mark.envNames[variable] === field);
  if (isMarked) return;
  const fields = Object.fromEntries(same.map((name) => [name, version]));
  await ports.changes.run(async (tx) => {
    await tx.markImport(after.id, { fields, envNames: Object.fromEntries(names) }, ports.clock.now());
    tx.audit(
      auditEvent(call, 'credential.import', 'allowed', {
        credentialId: after.id,
        version,
        details: { compared: same.length },
      }),
    );
  });
}
