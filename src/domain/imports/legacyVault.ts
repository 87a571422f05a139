import { isVariableName } from '../environment/variableName.js';
import type { Secret } from '../secret.js';
import { type EnvImportPlan, planEnvImport } from './envImport.js';
import type { ImportGroup } from './envImportGroups.js';
import { type IncludeChoice, NOTHING_INCLUDED } from './envInclude.js';
import type { EnvVocabulary } from './envVocabulary.js';

/** True for a key of Glassdome's flat Vault layout that is never read: signing keys, service tokens, folders. */
const isForbiddenKey = (key: string): boolean => key.includes('/') || key.toLowerCase() === 'secret_key';

/**
 * The same plan as for a `.env`, from the keys of Glassdome's flat Vault layout (`esxi_password`). Rows name the keys;
 * groups give back the variables that Glassdome reads. Forbidden keys, and those that are no names, appear nowhere.
 */
export function planLegacyVault(
  secrets: ReadonlyMap<string, Secret>,
  vocabulary: EnvVocabulary,
  choice: IncludeChoice = NOTHING_INCLUDED,
): EnvImportPlan {
  const keys = [...secrets]
    .filter(([key]) => !isForbiddenKey(key) && isVariableName(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = keys.map(([name, secret], index) => ({
    name,
    value: secret.reveal(),
    line: index + 1,
    overriddenLines: [],
    unresolved: [],
  }));
  const plan = planEnvImport({ entries, warnings: [] }, vocabulary, choice);
  const taken = new Map<string, string>();
  const groups = plan.groups.map((group) => ({ ...group, envNames: asVariables(group, taken, vocabulary) }));
  const rows = plan.rows.map(({ note, ...row }) => {
    // There are no lines here that a note could speak of.
    const said = note?.replace(/ \(line \d+\)/, '');
    return { ...row, line: 0, ...(said === undefined ? {} : { note: said }) };
  });
  return { ...plan, groups, rows };
}

/** Keys become upper-case variables. In Vault a host's case counts: where two groups meet, its own case stays. */
function asVariables(
  group: ImportGroup,
  taken: Map<string, string>,
  vocabulary: EnvVocabulary,
): Record<string, string> {
  const names = Object.entries(group.envNames).map(([key, field]) => {
    const canonical = vocabulary.meaningOf(key)?.canonical ?? key;
    const upper = canonical.toUpperCase();
    const variable = (taken.get(upper) ?? group.key) === group.key ? upper : canonical;
    taken.set(variable, group.key);
    return [variable, field] as const;
  });
  return Object.fromEntries(names);
}
