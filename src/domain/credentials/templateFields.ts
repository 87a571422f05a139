import { type FieldProblem, invalid } from '../errors.js';
import { isQuotableField, quotedName } from '../secrecy/quotable.js';
import { Secret } from '../secret.js';
import { decidingSelects, inferredOption } from './authMethod.js';
import type { FieldValues } from './fields.js';
import { booleanOf, brokenRule, integerOf, isSecretSpec, tidied } from './fieldTexts.js';
import { isLeftOut, isStored, missingProblems } from './missingFields.js';
import { nearMiss } from './nearMiss.js';
import { guardProblems, rejoin, splitPasted } from './pasteForms.js';
import { shownSecrets } from './shownSecrets.js';
import type { FieldSpec, Template } from './template.js';
import { settleTls } from './tlsRules.js';

export type GivenFields = Readonly<Record<string, string | number | boolean | null | Secret>>;

export interface MergeInput {
  template: Template;
  /** What is named replaces, `null` removes; an empty text removes a setting. */
  given: GivenFields;
  /** What is stored now; what `given` does not name stays. */
  current?: FieldValues;
  /**
   * Free-form templates only: which fields are secret. Left out: as they were, and new ones all are. A stored secret
   * stops being one only when its value is sent again.
   */
  secretFields?: readonly string[];
  /**
   * Values come from a file whose very bytes must come back: nothing is trimmed, and booleans and integers keep their
   * spelling. They are checked all the same.
   */
  exact?: boolean;
}

const MAX_FIELDS = 64;
/** Bytes of all names and values together; Vault's own limit for an entry is far above. */
const MAX_TOTAL_BYTES = 196_608;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** All fields that a form knows, whatever its conditions. */
export function allFields(template: Template): FieldSpec[] {
  const conditional = Object.values(template.conditional_fields ?? {}).flat();
  return [...template.required_fields, ...conditional, ...(template.optional_fields ?? [])];
}

/** Names of the fields that the form marks as secret. */
export function secretNames(template: Template): string[] {
  return allFields(template)
    .filter(isSecretSpec)
    .map((spec) => spec.name);
}

/** False only for what the form knows as a setting: unknown and free-form names count as secret. */
export function isSecretField(template: Template, name: string): boolean {
  const spec = specOf(template, name);
  return spec === undefined || isSecretSpec(spec);
}

/** What the form says of a field, or undefined. */
export function specOf(template: Template, name: string): FieldSpec | undefined {
  const known = specsOf.get(template);
  if (known !== undefined) return known.get(name);
  // Of two with the same name under different conditions the first counts.
  const specs = new Map(
    allFields(template)
      .reverse()
      .map((spec) => [spec.name, spec] as const),
  );
  specsOf.set(template, specs);
  return specs.get(name);
}

/** By form, whose fields never change: it is asked for each field of each read. */
const specsOf = new WeakMap<Template, ReadonlyMap<string, FieldSpec>>();

/**
 * The fields as they will be stored, and the names of those that differ from what is stored. Defaults and the first
 * option of a select fill required fields that nobody gave, but an import leaves out what a form only suggests;
 * defaults of optional fields are only shown, not stored.
 * Rejects with one `invalid_request` that names every wrong field and never a value.
 */
export function mergeFields(input: MergeInput): { values: FieldValues; changed: string[] } {
  const isSecret = secrecy(input);
  const { given, problems } = opened(input, isSecret);
  problems.push(...splitPasted(input.template, given));
  for (const [name, text] of given) problems.push(...valueProblems(input, name, text, isSecret(name)));
  problems.push(...guardProblems(input.template, given, isSecret));
  problems.push(
    ...shownSecrets(input.template, given, { secretNames: secretNames(input.template), isSecret, problems }),
  );
  const before = storedTexts(input.current);
  const texts = new Map(before);
  for (const [name, text] of given) {
    if (text === null) texts.delete(name);
    else texts.set(name, text);
  }
  fillRequired(input, texts, given);
  rejoin(input.template, texts, given);
  if (specOf(input.template, 'tls_mode') !== undefined) problems.push(...settleTls(texts, given));
  problems.push(
    ...missingProblems(input, texts, given),
    ...sizeProblems(texts),
    ...secretFieldProblems(input, texts),
  );
  if (problems.length > 0) throw invalid(...problems);
  const values: FieldValues = { settings: {}, secrets: {} };
  for (const [name, text] of texts) {
    if (isSecret(name)) values.secrets[name] = new Secret(text);
    else values.settings[name] = text;
  }
  const reclassified = (name: string) =>
    input.current !== undefined && name in input.current.secrets !== isSecret(name);
  const changed = [...new Set([...before.keys(), ...texts.keys()])]
    .filter((name) => before.get(name) !== texts.get(name) || reclassified(name))
    .sort();
  return { values, changed };
}

function storedTexts(current: FieldValues | undefined): Map<string, string> {
  const secrets = Object.entries(current?.secrets ?? {}).map(
    ([name, value]) => [name, value.reveal()] as const,
  );
  return new Map([...Object.entries(current?.settings ?? {}), ...secrets]);
}

/** What the request gives as texts; `null` for what is to be removed. */
function opened(input: MergeInput, isSecret: (name: string) => boolean) {
  const { template, current } = input;
  const given = new Map<string, string | null>();
  const problems: FieldProblem[] = [];
  for (const [name, value] of Object.entries(input.given)) {
    const wrongName = nameProblem(template, name, value === null && isStored(current, name));
    if (wrongName !== undefined) {
      problems.push(wrongName);
      continue;
    }
    const text = value instanceof Secret ? value.reveal() : value === null ? null : String(value);
    const kept = text === null || input.exact ? text : tidied(text, specOf(template, name), isSecret(name));
    if (kept !== '') given.set(name, kept);
    else if (!isSecret(name)) given.set(name, null);
    else if (isStored(current, name))
      problems.push({ field: `fields.${name}`, rule: 'must not be empty; null removes it' });
  }
  return { given, problems };
}

function nameProblem(template: Template, name: string, removes: boolean): FieldProblem | undefined {
  if (!NAME.test(name)) {
    return {
      field: 'fields',
      rule: 'has an invalid name; use 1 to 64 letters, digits and _, not beginning with a digit',
    };
  }
  const field = `fields.${name}`;
  // `__proto__`, `constructor` …: these keys would be lost or misread wherever fields are kept in an object.
  if (name in Object.prototype) return { field, rule: 'is a reserved name; choose another' };
  if (template.free_form || removes || specOf(template, name) !== undefined) return undefined;
  const known = [...new Set(allFields(template).map((spec) => spec.name))];
  const meant = nearMiss(name, known);
  const hint = meant === undefined ? `it has ${known.join(', ')}` : `did you mean "${meant}"?`;
  const rule = `is not a field of ${template.service_type}; ${hint}`;
  return isQuotableField(name) ? { field, rule } : { field: 'fields', rule: `has a name that ${rule}` };
}

function valueProblems(
  input: MergeInput,
  name: string,
  text: string | null,
  secret: boolean,
): FieldProblem[] {
  const rule = text === null ? undefined : brokenRule(text, specOf(input.template, name), secret);
  return rule === undefined ? [] : [{ field: `fields.${name}`, rule }];
}

function secrecy({ template, given, current, secretFields }: MergeInput): (name: string) => boolean {
  const storedAs = (name: string) => current !== undefined && !Object.hasOwn(current.settings, name);
  const stored = (name: string) => (isStored(current, name) ? storedAs(name) : undefined);
  if (!template.free_form) {
    return (name) =>
      specOf(template, name) === undefined ? (stored(name) ?? true) : isSecretField(template, name);
  }
  const bySpec = (name: string) => {
    const spec = specOf(template, name);
    return spec === undefined ? undefined : isSecretSpec(spec);
  };
  if (secretFields === undefined) return (name) => bySpec(name) ?? stored(name) ?? true;
  const sentAgain = (name: string) => Object.hasOwn(given, name);
  return (name) =>
    bySpec(name) ?? (secretFields.includes(name) || (stored(name) === true && !sentAgain(name)));
}

function fillRequired(
  input: MergeInput,
  texts: Map<string, string>,
  given: ReadonlyMap<string, string | null>,
): void {
  const { template, current } = input;
  const named = new Set([...given].filter(([, text]) => text !== null).map(([name]) => name));
  for (const select of decidingSelects(template)) {
    if (named.has(select)) continue;
    const option = inferredOption(select, current?.settings[select], { template, texts, given: named });
    if (option !== undefined) texts.set(select, option);
  }
  for (const spec of template.required_fields.filter((one) => !isLeftOut(input, one, given))) {
    // A text that the form only suggests is not in the file that an import reads.
    const suggested = input.exact === true && spec.type !== 'select' ? undefined : spec.default;
    const value = suggested ?? (spec.type === 'select' ? spec.options?.[0] : undefined);
    if (value !== undefined && !texts.has(spec.name) && !given.has(spec.name)) texts.set(spec.name, value);
  }
}

function sizeProblems(texts: ReadonlyMap<string, string>): FieldProblem[] {
  const bytes = [...texts].reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(text), 0);
  const rules: string[] = [];
  if (texts.size === 0) rules.push('must contain at least one field');
  if (texts.size > MAX_FIELDS) rules.push(`must contain at most ${MAX_FIELDS} fields`);
  if (bytes > MAX_TOTAL_BYTES) rules.push(`must be at most ${MAX_TOTAL_BYTES} bytes together`);
  return rules.map((rule) => ({ field: 'fields', rule }));
}

function secretFieldProblems(
  { template, secretFields }: MergeInput,
  texts: ReadonlyMap<string, string>,
): FieldProblem[] {
  if (secretFields === undefined) return [];
  const field = 'secret_fields';
  if (!template.free_form)
    return [
      {
        field,
        rule: 'is only for the service type "other"; other service types define which fields are secret',
      },
    ];
  const unknown = secretFields.filter((name) => !texts.has(name));
  return unknown.length === 0
    ? []
    : [{ field, rule: `names ${unknown.map(quotedName).join(', ')}, which is not among the fields` }];
}

/** Values as JSON shows them: booleans and integers by the form, all else text. */
export function typedFields(
  template: Template,
  values: Readonly<Record<string, string>>,
): Record<string, string | number | boolean> {
  const typed = Object.entries(values).map(([name, text]) => {
    const type = specOf(template, name)?.type;
    if (type === 'boolean') return [name, booleanOf(text) ?? text] as const;
    return [name, type === 'integer' ? (integerOf(text) ?? text) : text] as const;
  });
  return Object.fromEntries(typed);
}
