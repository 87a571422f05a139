import type { FieldSpec } from '../../../domain/credentials/template.js';
import type { SeenCredential, Template } from '../../client/contract.js';
import { firstValues, optionalFields, requiredFields, type Values } from '../form/formFields.js';

/** Settings as the inputs hold them. */
export const settingsOf = ({ settings }: Pick<SeenCredential, 'settings'>): Values =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value ?? '')]));

/**
 * The form of a service with the fields that this credential has: fields of free forms, and optional secrets that are
 * stored, are in sight.
 */
export function formOf(template: Template, credential: SeenCredential): Template {
  const { settings, secret_fields: secrets } = credential;
  const conditional = Object.values((template['conditional_fields'] ?? {}) as Record<string, FieldSpec[]>);
  const optional = optionalFields(template);
  const known = new Set([...requiredFields(template), ...conditional.flat(), ...optional].map(nameOf));
  const free: FieldSpec[] = [
    ...Object.keys(settings).map((name) => ({ name, type: 'text' as const, label: name })),
    ...secrets.map((name) => ({ name, type: 'password' as const, label: name })),
  ].filter(({ name }) => !known.has(name));
  const isStored = ({ name }: FieldSpec) => secrets.includes(name);
  const shown = [...optional.filter(isStored), ...free].map((field) => ({ ...field, required: false }));
  return {
    ...template,
    required_fields: [...requiredFields(template), ...shown].map((field) => ({ ...field })),
    optional_fields: optional.filter((field) => !isStored(field)),
  };
}

const nameOf = ({ name }: FieldSpec): string => name;

interface Now {
  /** The form of `formOf`. */
  form: Template;
  credential: SeenCredential;
  /** Names of the fields that count now. */
  counted: readonly string[];
  /** Their values, without those that are empty. */
  sent: Readonly<Record<string, string>>;
}

/** The fields that a request changes: what was typed, and null for settings that were emptied. */
export function changedFields({ form, credential, counted, sent }: Now): Record<string, string | null> {
  const stored = settingsOf(credential);
  const begin: Values = { ...firstValues(form), ...stored };
  const typed = Object.entries(sent).filter(([name, value]) => value !== (begin[name] ?? ''));
  const emptied = counted.filter((name) => (stored[name] ?? '') !== '' && sent[name] === undefined);
  return Object.fromEntries([...typed, ...emptied.map((name) => [name, null])]);
}
