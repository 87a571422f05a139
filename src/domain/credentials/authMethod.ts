import type { FieldSpec, Template } from './template.js';

interface Option {
  value: string;
  fields: readonly FieldSpec[];
}

interface Situation {
  template: Template;
  /** All texts after the merge. */
  texts: ReadonlyMap<string, string>;
  /** Names that this request gives a value to. */
  given: ReadonlySet<string>;
}

/** The options of a select that decide which further fields count, in the template's order. */
function optionsOf(template: Template, select: string): Option[] {
  return Object.entries(template.conditional_fields ?? {}).flatMap(([key, fields]) => {
    const [name, value = ''] = key.split('=');
    return name === select ? [{ value, fields }] : [];
  });
}

/** Names of the selects that decide which further fields count (`auth_method`). */
export function decidingSelects(template: Template): string[] {
  return [...new Set(Object.keys(template.conditional_fields ?? {}).map((key) => key.split('=')[0] ?? ''))];
}

/** The conditional fields that count with these texts. */
export function activeConditionals(template: Template, texts: ReadonlyMap<string, string>): FieldSpec[] {
  return Object.entries(template.conditional_fields ?? {}).flatMap(([key, fields]) => {
    const [name = '', value] = key.split('=');
    return texts.get(name) === value ? fields : [];
  });
}

/**
 * Names of the fields that another option of the same select wants in place of this one. Empty when there is no choice,
 * or when it was made: a field of this one's own option is there.
 */
export function alternativesTo(
  template: Template,
  field: string,
  texts: ReadonlyMap<string, string>,
): string[] {
  for (const select of decidingSelects(template)) {
    const options = optionsOf(template, select);
    const own = options.find((option) => option.fields.some((spec) => spec.name === field));
    if (own === undefined || own.fields.some((spec) => texts.has(spec.name))) continue;
    const other = options.filter((option) => !option.fields.some((spec) => spec.name === field)).at(-1);
    return (other?.fields ?? []).filter((spec) => spec.required !== false).map((spec) => spec.name);
  }
  return [];
}

/**
 * The option that the fields at hand speak for, when the request names none. What is stored stays, unless the request
 * completes an option further down the list (a token wins over a password, as in Glassdome's client) or the stored one
 * has lost its fields. Undefined when nothing speaks for any.
 */
export function inferredOption(
  select: string,
  stored: string | undefined,
  at: Situation,
): string | undefined {
  const options = optionsOf(at.template, select);
  const complete = options.filter((o) => o.fields.every((f) => f.required === false || at.texts.has(f.name)));
  const begun = options.filter((o) => o.fields.some((f) => at.texts.has(f.name)));
  if (stored === undefined) return (complete.at(-1) ?? begun.at(-1))?.value;
  const rank = (option: Option | undefined) => (option === undefined ? -1 : options.indexOf(option));
  const kept = options.find((o) => o.value === stored);
  const renewed = complete.filter((o) => o.fields.some((f) => at.given.has(f.name))).at(-1);
  if (rank(renewed) > rank(kept)) return renewed?.value;
  return kept !== undefined && complete.includes(kept) ? stored : (complete.at(-1)?.value ?? stored);
}
