import { envVocabulary } from '../../../src/connectors/envNames.js';
import { mergeFields } from '../../../src/domain/credentials/templateFields.js';
import { type ParsedDotenv, parseDotenv } from '../../../src/domain/imports/dotenv.js';
import { type EnvImportPlan, planEnvImport } from '../../../src/domain/imports/envImport.js';
import type { ImportGroup } from '../../../src/domain/imports/envImportGroups.js';

export const plan = (text: string) => planEnvImport(parseDotenv(text), envVocabulary);

export function group(from: EnvImportPlan, key: string): ImportGroup {
  const found = from.groups.find((g) => g.key === key);
  if (found === undefined)
    throw new Error(`no group ${key} among ${from.groups.map((g) => g.key).join(', ')}`);
  return found;
}

export const texts = (of: ImportGroup) =>
  Object.fromEntries(Object.entries(of.fields).map(([f, v]) => [f, v.reveal()]));
export const classes = (from: EnvImportPlan) =>
  Object.fromEntries(from.rows.map((row) => [row.name, row.class]));
export const rowOf = (from: EnvImportPlan, name: string) => from.rows.find((row) => row.name === name);

/** What the stored groups would give back to an environment. */
export function environmentOf(groups: readonly ImportGroup[]): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = {};
  for (const { serviceType, fields, secretFields, envNames } of groups) {
    const template = envVocabulary.templateOf(serviceType);
    if (template === undefined) throw new Error(`no form for ${serviceType}`);
    const input = {
      template,
      given: fields,
      exact: true,
      ...(secretFields === undefined ? {} : { secretFields }),
    };
    const { settings, secrets } = mergeFields(input).values;
    for (const [variable, field] of Object.entries(envNames))
      variables[variable] = secrets[field]?.reveal() ?? settings[field];
  }
  return variables;
}

export const fileValues = (parsed: ParsedDotenv, names: readonly string[]) =>
  Object.fromEntries(parsed.entries.filter((e) => names.includes(e.name)).map((e) => [e.name, e.value]));
