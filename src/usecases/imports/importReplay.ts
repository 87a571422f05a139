import type { CallContext } from '../../domain/access/caller.js';
import type { EnvImportPlan } from '../../domain/imports/envImport.js';
import type { Ports } from '../../ports/ports.js';
import { type ImportedGroup, planned } from './importGroup.js';

export interface ImportReport {
  dryRun: boolean;
  /** Whether what is imported is tested by schedule. */
  tests: boolean;
  groups: ImportedGroup[];
  rows: EnvImportPlan['rows'];
  warnings: EnvImportPlan['warnings'];
  /** Variables that only the file holds afterwards. */
  stillInEnvironment: string[];
}

/** What the broker keeps of an import for its repetition: no name and no text of the file. */
export interface KeptImport {
  dry_run: boolean;
  /** In the order of the plan. */
  groups: { result: ImportedGroup['result']; credential_id: string | null; stored: boolean }[];
}

export const keptImport = ({ dryRun, groups }: Pick<ImportReport, 'dryRun' | 'groups'>): KeptImport => ({
  dry_run: dryRun,
  groups: groups.map(({ result, credentialId, stored }) => ({ result, credential_id: credentialId, stored })),
});

const FAILED = 'failed at the first request; send the request with a new Idempotency-Key to see why';

/** The answer to a repetition: what the first request did, and what its text, sent again, says. Changes nothing. */
export async function replayedImport(
  ports: Pick<Ports, 'records'>,
  call: CallContext,
  plan: EnvImportPlan,
  kept: KeptImport,
): Promise<Omit<ImportReport, 'tests'>> {
  const mine = (await ports.records.ownedBy(call.caller.principal)).filter((c) => c.status === 'active');
  const groups = plan.groups.map((group, index): ImportedGroup => {
    const { result = 'skipped', credential_id: id = null, stored = false } = kept.groups[index] ?? {};
    const existing = mine.find((credential) => credential.id === id);
    const others = mine.filter((credential) => credential !== existing);
    const before = planned(group, existing, others);
    const problems = result === 'failed' ? [{ field: group.key, rule: FAILED }] : before.problems;
    return { ...before, result, credentialId: id, stored, problems };
  });
  const { rows, warnings } = plan;
  return { dryRun: kept.dry_run, groups, rows, warnings, stillInEnvironment: namesLeft(rows, groups) };
}

/** By group and not by name, since the keys of a Vault layout are not called as the variables made of them. */
export function namesLeft(rows: EnvImportPlan['rows'], groups: readonly ImportedGroup[]): string[] {
  const safe = new Set(groups.filter((g) => g.stored).map((g) => g.key));
  const stored = rows.filter((r) => r.class === 'credential' && r.group !== undefined && safe.has(r.group));
  const storedNames = new Set(stored.map((r) => r.name));
  return [...new Set(rows.map((r) => r.name))].filter((name) => !storedNames.has(name));
}
