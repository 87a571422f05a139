import type { FieldValues } from '../credentials/fields.js';
import { holdsUrlPassword } from '../credentials/fieldTexts.js';
import type { ServiceType } from '../credentials/serviceType.js';
import { mergeFields } from '../credentials/templateFields.js';
import { BrokerError, type FieldProblem } from '../errors.js';
import { secretIn } from '../secrecy/secretText.js';
import { isDocumented } from '../secrecy/unusualValues.js';
import { Secret } from '../secret.js';
import type { EnvFamily, EnvMeaning } from './envFamily.js';
import type { EnvVocabulary } from './envVocabulary.js';

/**
 * What an import makes of a variable. `credential`: goes into a group. `setting`, `bootstrap`, `connection_string`: known,
 * left where it is. `placeholder`: still to be filled in. `reference`: to another store,
 * `suspect`: quotes around it, `NAME=value`, invisible characters. `empty`: no value. `unquoted`: goes on over several lines without quotes. `duplicate`: another one wins over it.
 * `unknown`: nobody knows the name; it stays in the environment only.
 */
export const IMPORT_CLASSES = [
  'credential',
  'setting',
  'bootstrap',
  'connection_string',
  'placeholder',
  'reference',
  'suspect',
  'empty',
  'unquoted',
  'duplicate',
  'unknown',
] as const;
export type ImportClass = (typeof IMPORT_CLASSES)[number];

/** One credential that an import would make. */
export interface ImportGroup {
  /** The same for the same variables, whatever their values: `proxmox:01`. */
  key: string;
  serviceType: ServiceType;
  /** A suggestion: `Proxmox 01`. */
  name: string;
  /** Settings too are wrapped; `mergeFields` with `exact` takes them as they are. */
  fields: Record<string, Secret>;
  /** For `other` only, whose template does not define it. */
  secretFields?: string[];
  /** Variable, spelled as in the file → field. */
  envNames: Record<string, string>;
  labels: Record<string, string>;
  /** Why it can't be imported; empty when it can. */
  problems: FieldProblem[];
}

/** One line of the preview. Holds no value. */
export interface ImportRow {
  name: string;
  /** Line in the file, from 1; 0 where there is no file. */
  line: number;
  class: ImportClass;
  /** Key of the group, for what belongs to a known kind of credential. */
  group?: string;
  field?: string;
  secret: boolean;
  note?: string;
  /** Why what is imported may be none of the user's secrets. */
  doubt?: string;
}

/** A variable with a value that belongs to a kind of credential. */
export interface Claim {
  meaning: EnvMeaning;
  name: string;
  line: number;
  value: string;
  preferred: boolean;
}

interface Draft {
  family: EnvFamily;
  instance: string | null;
  claims: Claim[];
  /** Field → value. */
  texts: Map<string, string>;
  envNames: Map<string, string>;
}

const newDraft = (family: EnvFamily, instance: string | null): Draft => ({
  family,
  instance,
  claims: [],
  texts: new Map(),
  envNames: new Map(),
});

/** Key of the group that a variable belongs to. */
export const groupKeyOf = ({ family, instance }: { family: EnvFamily; instance: string | null }): string =>
  instance === null ? family.key : `${family.key}:${instance}`;

/** Makes one group of each kind and instance; every claim gets a row. */
export function groupClaims(
  claims: readonly Claim[],
  vocabulary: EnvVocabulary,
): { groups: ImportGroup[]; rows: ImportRow[] } {
  const drafts = new Map<string, Draft>();
  for (const claim of claims) {
    const { family, instance } = claim.meaning;
    const key = groupKeyOf(claim.meaning);
    const draft = drafts.get(key) ?? newDraft(family, instance);
    draft.claims.push(claim);
    drafts.set(key, draft);
  }
  const rows = [...drafts.values()].flatMap(settle);
  for (const draft of drafts.values()) complete(draft, drafts, claims);
  const checkedGroups = new Map([...drafts].map(([key, draft]) => [key, groupOf(draft, vocabulary)]));
  return {
    groups: [...checkedGroups.values()].map(({ group }) => group),
    rows: rows.map((row) => withNote(row, checkedGroups.get(row.group ?? ''))),
  };
}

const DOUBT = 'contains a key from documentation';

const inOrder = (a: Claim, b: Claim): number =>
  Number(b.preferred) - Number(a.preferred) || a.meaning.rank - b.meaning.rank || b.line - a.line;

/** Picks the variable that counts for each field. Others that say the same stay names of it; the rest are duplicates. */
function settle(draft: Draft): ImportRow[] {
  const ordered = [...draft.claims].sort(inOrder);
  const winners = new Map<string, Claim>();
  return ordered.map((claim) => {
    const { meaning, name, line, value } = claim;
    const { field, family } = meaning;
    const winner = winners.get(field);
    const row = { name, line, group: groupKeyOf(draft), field, secret: family.secretFields.includes(field) };
    if (winner !== undefined && winner.value !== value) {
      return { ...row, class: 'duplicate', note: `${winner.name} (line ${winner.line}) wins` };
    }
    if (winner === undefined) winners.set(field, claim);
    draft.texts.set(field, value);
    draft.envNames.set(name, field);
    return { ...row, class: 'credential', ...(row.secret && isDocumented(value) ? { doubt: DOUBT } : {}) };
  });
}

/** Adds what the software takes from elsewhere when a variable is missing. */
function complete(draft: Draft, drafts: ReadonlyMap<string, Draft>, claims: readonly Claim[]): void {
  const { family, instance, texts } = draft;
  const { numbered, derived = {} } = family;
  const first = numbered?.first === undefined ? undefined : drafts.get(`${family.key}:${numbered.first}`);
  for (const [field, needed] of Object.entries(numbered?.inherited ?? {})) {
    const value = first?.texts.get(field);
    if (value !== undefined && instance !== numbered?.first && texts.has(needed) && !texts.has(field))
      texts.set(field, value);
  }
  for (const [field, { from, text }] of Object.entries(derived)) {
    const value = claims.find((claim) => claim.meaning.canonical === from)?.value;
    if (value !== undefined && !texts.has(field))
      texts.set(
        field,
        text.replace('<value>', () => value),
      );
  }
}

interface Checked {
  group: ImportGroup;
  /** What would be stored, when it can be. */
  values: FieldValues | undefined;
}

function groupOf(draft: Draft, vocabulary: EnvVocabulary): Checked {
  const { family, instance, texts, envNames } = draft;
  const label = family.numbered?.label;
  const isFree = vocabulary.templateOf(family.serviceType)?.free_form === true;
  // A URL with a login, a private key under a plain name: as a setting it would be stored outside Vault.
  const secretFields = [...texts]
    .filter(([f, t]) => family.secretFields.includes(f) || holdsUrlPassword(t) || secretIn(t) !== undefined)
    .map(([f]) => f);
  const group: ImportGroup = {
    key: groupKeyOf(draft),
    serviceType: family.serviceType,
    name: instance === null ? family.name : `${family.name} ${instance}`,
    fields: Object.fromEntries([...texts].map(([field, text]) => [field, new Secret(text)])),
    ...(isFree ? { secretFields } : {}),
    envNames: Object.fromEntries(envNames),
    labels: instance === null || label === undefined ? {} : { [label]: instance },
    problems: missing(family, texts),
  };
  const values = checked(group, vocabulary);
  return { group, values };
}

function missing(
  { needs = [], serviceType, secretFields }: EnvFamily,
  texts: ReadonlyMap<string, string>,
): FieldProblem[] {
  const absent = needs.filter((field) => !texts.has(field));
  if (absent.length > 0) return absent.map((field) => ({ field: `fields.${field}`, rule: 'is required' }));
  if (serviceType !== 'other' || secretFields.some((field) => texts.has(field))) return [];
  return [{ field: 'fields', rule: `must contain ${secretFields.join(' or ')}` }];
}

/** Runs the rules that storing it will run, so that a preview already reports what they refuse. */
export function checked(group: ImportGroup, vocabulary: EnvVocabulary): FieldValues | undefined {
  const template = vocabulary.templateOf(group.serviceType);
  if (template === undefined) {
    group.problems.push({ field: 'service_type', rule: `has no form for ${group.serviceType} yet` });
    return undefined;
  }
  const { fields: given, secretFields } = group;
  try {
    return mergeFields({
      template,
      given,
      exact: true,
      ...(secretFields === undefined ? {} : { secretFields }),
    }).values;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    group.problems.push(...error.fields);
    return undefined;
  }
}

function withNote(row: ImportRow, found: Checked | undefined): ImportRow {
  if (found === undefined || row.class !== 'credential') return row;
  const { group, values } = found;
  if (group.problems.length > 0) {
    return { ...row, note: `not imported: ${group.problems.map((p) => `${p.field} ${p.rule}`).join('; ')}` };
  }
  const field = row.field ?? '';
  const kept = values?.secrets[field] ?? new Secret(values?.settings[field] ?? '');
  const asIs = group.fields[field]?.equals(kept) === true;
  return asIs ? row : { ...row, note: 'contains several fields and is stored as separate fields' };
}
