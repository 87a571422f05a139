import type { FieldSpec, PasteForm } from '../../../domain/credentials/template.js';
import type { Template } from '../../client/contract.js';

export type Values = Readonly<Record<string, string>>;

const specsIn = (template: Template, member: string) => (template[member] ?? []) as FieldSpec[];

export const requiredFields = (template: Template): FieldSpec[] => specsIn(template, 'required_fields');
export const optionalFields = (template: Template): FieldSpec[] => specsIn(template, 'optional_fields');

/** The fields that count while another field has a value: `auth_method=api_token`. */
export function conditionalFields(template: Template, values: Values): FieldSpec[] {
  const all = (template['conditional_fields'] ?? {}) as Record<string, FieldSpec[]>;
  return Object.entries(all).flatMap(([condition, fields]) => {
    const [name = '', value] = condition.split('=');
    return values[name] === value ? fields : [];
  });
}

/** What a form begins with: defaults, and the first option of each select that must be chosen. */
export function firstValues(template: Template): Values {
  const pairs = requiredFields(template)
    .map(({ name, type, default: given, options }) => [
      name,
      given ?? (type === 'select' ? options?.[0] : undefined),
    ])
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs);
}

/** What is sent: fields that are filled and that count now. */
export function sentFields(template: Template, values: Values): Record<string, string> {
  const counted = [
    ...requiredFields(template),
    ...conditionalFields(template, values),
    ...optionalFields(template),
  ];
  const names = new Set(counted.map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => names.has(name) && value !== ''),
  );
}

/**
 * Splits a text that was pasted in one piece (`user@realm!name=secret`, a URL) into the fields that it holds. Null: it is
 * a plain value of the field.
 */
export function pastedFields(template: Template, field: string, text: string): Record<string, string> | null {
  for (const form of (template['paste_forms'] ?? []) as PasteForm[]) {
    const match = form.field === field ? new RegExp(form.pattern).exec(text.trim()) : null;
    if (match === null) continue;
    const parts = form.into.map((name, index) => [name, match[index + 1] ?? form.implied?.[name]] as const);
    return Object.fromEntries(parts.filter((part): part is [string, string] => part[1] !== undefined));
  }
  return null;
}

/** Blanks inside a token come from a terminal that wrapped it. Undefined: there are none. */
export function withoutBlanks(text: string): string | undefined {
  const joined = text.replace(/\s+/g, '');
  return joined === text ? undefined : joined;
}
