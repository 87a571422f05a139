import { type FieldProblem, invalid } from './errors.js';
import type { FieldValues } from './fields.js';
import { Secret } from './secret.js';
import type { Connector, FieldSpec, Template } from './template.js';

export type GivenFields = Record<string, string | number | boolean | null | Secret>;

interface MergeInput {
  template: Template;
  given: GivenFields;
  current?: FieldValues;
  /** Free-form templates only: which fields are secret. Left out: as they were, and new ones all are. */
  secretFields?: string[];
}

const MAX_VALUE = 16_384;
const FREE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const BOOLEANS = new Set(['true', 'false', '1', '0', 'yes', 'no', 'on', 'off', 't', 'f', 'y', 'n']);
const TRUE = new Set(['true', '1', 'yes', 'on', 't', 'y']);

/** All fields that a form knows, whatever its conditions. */
export function allFields(template: Template): FieldSpec[] {
  const conditional = Object.values(template.conditional_fields ?? {}).flat();
  return [...template.required_fields, ...conditional, ...(template.optional_fields ?? [])];
}

/** True when the form marks the field as secret. */
export function isSecretField(template: Template, name: string): boolean {
  const spec = allFields(template).find((field) => field.name === name);
  return spec?.type === 'password' || spec?.type === 'secret_text';
}

/**
 * The fields as they will be stored: what is named replaces, `null` removes, the rest stays; defaults and the first
 * option fill what was never given. Rejects with one `invalid_request` that names every wrong field.
 */
export function mergeFields(input: MergeInput): { values: FieldValues; changed: string[] } {
  const given = splitPasted(input.template, input.given);
  const texts = plain(input.current);
  const before = { ...texts };
  const problems: FieldProblem[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === null) delete texts[name];
    else {
      const text = open(value);
      problems.push(...shapeProblems(input.template, name, text));
      texts[name] = text;
    }
  }
  fillDefaults(input.template, texts, given);
  problems.push(...requiredProblems(input.template, texts), ...secretNameProblems(input, texts));
  if (Object.keys(texts).length === 0) problems.push({ field: 'fields', rule: 'must hold at least one field' });
  if (Object.keys(texts).length > 64) problems.push({ field: 'fields', rule: 'must hold at most 64 fields' });
  if (problems.length > 0) throw invalid(...problems);
  const isSecret = secrecy(input);
  const values: FieldValues = { settings: {}, secrets: {} };
  for (const [name, text] of Object.entries(texts)) {
    if (isSecret(name)) values.secrets[name] = new Secret(text);
    else values.settings[name] = text;
  }
  return { values, changed: changedNames(before, texts, input.current, values) };
}

const open = (value: string | number | boolean | Secret): string =>
  value instanceof Secret ? value.reveal() : String(value);

function plain(current: FieldValues | undefined): Record<string, string> {
  const texts: Record<string, string> = { ...current?.settings };
  for (const [name, secret] of Object.entries(current?.secrets ?? {})) texts[name] = secret.reveal();
  return texts;
}

function changedNames(before: Record<string, string>, after: Record<string, string>, old: FieldValues | undefined, now: FieldValues): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const moved = (name: string) => old !== undefined && name in old.secrets !== name in now.secrets;
  return [...names].filter((name) => before[name] !== after[name] || moved(name)).sort();
}

function secrecy(input: MergeInput): (name: string) => boolean {
  if (!input.template.free_form) return (name) => isSecretField(input.template, name);
  const { secretFields, current } = input;
  if (secretFields !== undefined) return (name) => secretFields.includes(name);
  return (name) => !(current !== undefined && name in current.settings);
}

/** Proxmox shows a token as `user@realm!name=value`; each part goes where it belongs. */
function splitPasted(template: Template, given: GivenFields): GivenFields {
  if (template.service_type !== 'proxmox') return given;
  const result = { ...given };
  const value = given['token_value'];
  const whole = value === undefined || value === null ? null : /^([^!\s]+)!([^=\s]+)=(\S+)$/.exec(open(value));
  if (whole !== null) Object.assign(result, { user: whole[1], token_name: whole[2], token_value: whole[3] });
  const name = typeof result['token_name'] === 'string' ? /^([^!\s]+)!(\S+)$/.exec(result['token_name']) : null;
  if (name !== null) Object.assign(result, { user: name[1], token_name: name[2] });
  return result;
}

function shapeProblems(template: Template, name: string, text: string): FieldProblem[] {
  const field = `fields.${name}`;
  const spec = allFields(template).find((f) => f.name === name);
  if (template.free_form) {
    if (!FREE_NAME.test(name)) return [{ field, rule: 'must be named by letters, digits and _ and not begin with a digit' }];
  } else if (spec === undefined) {
    const known = [...new Set(allFields(template).map((f) => f.name))].join(', ');
    return [{ field, rule: `is not a field of ${template.service_type}; it has ${known}` }];
  }
  if (text.length > MAX_VALUE) return [{ field, rule: `must be at most ${MAX_VALUE} characters` }];
  if (text.includes('\0')) return [{ field, rule: 'must not hold a NUL character' }];
  const rule = spec === undefined ? undefined : ruleBroken(spec, text);
  return rule === undefined ? [] : [{ field, rule }];
}

function ruleBroken(spec: FieldSpec, text: string): string | undefined {
  if (spec.type === 'integer' && !/^\d{1,9}$/.test(text)) return 'must be a whole number';
  if (spec.name === 'port' && (Number(text) < 1 || Number(text) > 65_535)) return 'must be 1 to 65535';
  if (spec.type === 'boolean' && !BOOLEANS.has(text.toLowerCase())) return 'must be true or false';
  if (spec.name === 'auth_method' && !spec.options?.includes(text)) return `must be one of ${spec.options?.join(', ')}`;
  if (spec.name === 'host' && /\s/.test(text)) return 'must not hold blanks';
  if ((spec.type === 'text' || spec.type === 'select') && /[\r\n]/.test(text)) return 'must be one line';
  return undefined;
}

function fillDefaults(template: Template, texts: Record<string, string>, given: GivenFields): void {
  for (const spec of template.required_fields) {
    if (texts[spec.name] !== undefined || given[spec.name] === null) continue;
    const value = spec.name === 'auth_method' ? inferAuthMethod(template, texts) : (spec.default ?? spec.options?.[0]);
    if (value !== undefined) texts[spec.name] = value;
  }
  // Token and password may both be there; the token wins, as it does in Glassdome's client.
  if (given['auth_method'] === undefined && 'auth_method' in texts && tokenGiven(given)) texts['auth_method'] = 'api_token';
}

const tokenGiven = (given: GivenFields) => typeof given['token_value'] === 'string' || given['token_value'] instanceof Secret;

function inferAuthMethod(template: Template, texts: Record<string, string>): string | undefined {
  const methods = Object.entries(template.conditional_fields ?? {}).map(([key, fields]) => ({ method: key.split('=')[1], fields }));
  const complete = methods.filter((m) => m.fields.every((f) => texts[f.name] !== undefined));
  const begun = methods.filter((m) => m.fields.some((f) => texts[f.name] !== undefined));
  return (complete.at(-1) ?? begun.at(-1) ?? methods.at(-1))?.method;
}

function requiredProblems(template: Template, texts: Record<string, string>): FieldProblem[] {
  const conditional = Object.entries(template.conditional_fields ?? {}).flatMap(([key, fields]) => {
    const [name = '', value] = key.split('=');
    return texts[name] === value ? fields : [];
  });
  return [...template.required_fields, ...conditional]
    .filter((spec) => spec.required !== false && (texts[spec.name] ?? '') === '')
    .map((spec) => ({ field: `fields.${spec.name}`, rule: `is required (${spec.label})` }));
}

function secretNameProblems(input: MergeInput, texts: Record<string, string>): FieldProblem[] {
  if (input.secretFields === undefined) return [];
  if (!input.template.free_form) return [{ field: 'secret_fields', rule: 'is only for the service type "other"; here the form tells which are secret' }];
  return input.secretFields.filter((n) => !(n in texts)).map((n) => ({ field: 'secret_fields', rule: `names "${n}", which is not among the fields` }));
}

/** Names of the fields that decide where the secret is sent and whose value differs. */
export function destinationChanged(connector: Connector, before: Record<string, string>, after: Record<string, string>): string[] {
  return connector.destinationFields.filter((name) => before[name] !== after[name]);
}

/** Values as JSON shows them: booleans and integers by the form, all else text. */
export function typedFields(template: Template, values: Record<string, string>): Record<string, string | number | boolean> {
  const types = new Map(allFields(template).map((field) => [field.name, field.type]));
  const typed = Object.entries(values).map(([name, text]) => {
    const type = types.get(name);
    if (type === 'boolean') return [name, TRUE.has(text.toLowerCase())] as const;
    return [name, type === 'integer' ? Number(text) : text] as const;
  });
  return Object.fromEntries(typed);
}

/** Names of all fields that the form marks as secret. */
export function secretNames(template: Template): string[] {
  return allFields(template).filter((field) => isSecretField(template, field.name)).map((field) => field.name);
}
