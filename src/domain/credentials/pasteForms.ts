import type { FieldProblem } from '../errors.js';
import type { PasteForm, Template } from './template.js';

/**
 * Puts the parts of a value that was pasted in one piece (`user@realm!name=value`) where they belong. A part that
 * contradicts a field of the same request is a problem. A field that is kept in one piece keeps only its own parts,
 * so no secret. Changes `given`; `null` in it marks a field to remove.
 */
export function splitPasted(template: Template, given: Map<string, string | null>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const form of template.paste_forms ?? []) {
    const whole = given.get(form.field);
    const parts = typeof whole === 'string' ? new RegExp(form.pattern).exec(whole) : null;
    if (parts === null) continue;
    for (const [index, field] of form.into.entries()) {
      const part = parts[index + 1] ?? impliedBy(form, field, given);
      if (part === undefined) continue;
      const before = field === form.field ? undefined : given.get(field);
      if (typeof before === 'string' && before !== part) {
        problems.push({
          field: `fields.${form.field}`,
          rule: `contains a different ${field} than fields.${field}`,
        });
      } else given.set(field, part);
    }
    const own = new Map([...given].filter((entry): entry is [string, string] => entry[1] !== null));
    if (form.joined !== undefined) given.set(form.field, joinedText(form, form.joined, own));
  }
  return problems;
}

/** A port that the request names itself wins over what the scheme of an address implies. */
function impliedBy(
  form: PasteForm,
  field: string,
  given: ReadonlyMap<string, string | null>,
): string | undefined {
  return typeof given.get(field) === 'string' ? undefined : form.implied?.[field];
}

/** Parts of a setting that must not be there, since they are a secret or next to one. Contains no value. */
export function guardProblems(
  template: Template,
  given: ReadonlyMap<string, string | null>,
  isSecret: (name: string) => boolean,
): FieldProblem[] {
  return [...given].flatMap(([name, text]) => {
    if (text === null || isSecret(name)) return [];
    const broken = (template.secret_guards ?? []).find(
      ({ fields, pattern }) => fields?.includes(name) !== false && new RegExp(pattern, 'i').test(text),
    );
    return broken === undefined ? [] : [{ field: `fields.${name}`, rule: broken.rule }];
  });
}

/** Rewrites fields that are kept in one piece when one of their parts changed. Changes `texts`. */
export function rejoin(
  template: Template,
  texts: Map<string, string>,
  given: ReadonlyMap<string, string | null>,
): void {
  for (const form of template.paste_forms ?? []) {
    if (form.joined === undefined || !texts.has(form.field) || typeof given.get(form.field) === 'string')
      continue;
    if (form.into.some((field) => !texts.has(field))) continue;
    texts.set(form.field, joinedText(form, form.joined, texts));
  }
}

function joinedText(form: PasteForm, joined: string, texts: ReadonlyMap<string, string>): string {
  return form.into.reduce((text, field) => text.split(`{${field}}`).join(texts.get(field) ?? ''), joined);
}
