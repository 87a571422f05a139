import { secretNames } from '../domain/credentials/templateFields.js';
import type { Spelling } from '../domain/environment/variableAliases.js';
import { type EnvFamily, type EnvMeaning, envLexicon } from '../domain/imports/envFamily.js';
import type { EnvVocabulary } from '../domain/imports/envVocabulary.js';
import type { Connector } from '../domain/services/connector.js';
import { plainVariables } from './common/plainVariables.js';
import { otherFamilies } from './other/otherFamilies.js';
import { connectorOf, connectors } from './registry.js';

function familyOf(connector: Connector): EnvFamily {
  const { template } = connector;
  return {
    key: connector.serviceType,
    name: connector.shortName ?? template.title ?? connector.serviceType,
    serviceType: connector.serviceType,
    variables: connector.envNames,
    aliases: connector.envAliases,
    secretFields: secretNames(template),
    ...(connector.numbered === undefined ? {} : { numbered: connector.numbered }),
  };
}

/** Every variable that the registry and the table of other systems know. */
export const envVocabulary: EnvVocabulary = {
  meaningOf: envLexicon([...connectors.map(familyOf), ...otherFamilies]),
  plain: plainVariables,
  templateOf: (serviceType) => connectorOf(serviceType)?.template,
};

/**
 * The variable that a name means: Glassdome asks for secrets by lower-case keys (`proxmox_01_host`) and its files
 * have several spellings. Case does not count, as in Glassdome's own settings. Unknown names only become upper case.
 */
export function canonicalEnvName(name: string): string {
  return (envVocabulary.meaningOf(name)?.canonical ?? name).toUpperCase();
}

/**
 * Every spelling under which a credential may hold the variable that `name` means, the closest first: a file's
 * `GOOGLE_SEARCH_API` answers a request for `google_search_api_key`.
 */
export function envSpellings(name: string): string[] {
  const meaning = envVocabulary.meaningOf(name);
  const known = meaning === undefined ? [] : familySpellings(meaning);
  return [...new Set([name, name.toUpperCase(), canonicalEnvName(name), ...known, name.toLowerCase()])];
}

/** The other names under which programs of the lab look for a variable: the canonical one, and all aliases. */
export function otherSpellings(name: string): Spelling | undefined {
  const meaning = envVocabulary.meaningOf(name);
  if (meaning === undefined) return undefined;
  const others = [...new Set(familySpellings(meaning))].filter(
    (other) => other.toUpperCase() !== name.toUpperCase(),
  );
  return { group: `${meaning.family.key} ${meaning.instance ?? ''}`, rank: meaning.rank, others };
}

function familySpellings({ family, instance, field, canonical }: EnvMeaning): string[] {
  const { variables, aliases, numbered } = family;
  const unnumbered = instance === null || instance === numbered?.first;
  const plain = unnumbered ? Object.keys(variables).filter((variable) => variables[variable] === field) : [];
  const others = unnumbered
    ? Object.keys(aliases).filter((alias) => variables[aliases[alias] ?? ''] === field)
    : [];
  const withId = (numbered?.names[field] ?? []).map((spelling) => spelling.replace('<id>', instance ?? ''));
  return [canonical, ...withId, ...plain, ...others];
}
