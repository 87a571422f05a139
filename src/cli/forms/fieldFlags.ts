import { type Command, InvalidArgumentError } from 'commander';
import type { FieldSpec, Template } from '../../domain/credentials/template.js';
import type { Cli } from '../client/cli.js';
import { repeated } from '../client/command.js';
import { fieldFlag } from '../client/flagNames.js';
import { CliError, EXIT } from '../exitCodes.js';
import { readText } from '../terminal/readText.js';
import { secretInput } from '../terminal/secretInput.js';

/** The flags that stand for the fields of one service's form. */
export interface FieldFlags {
  template: Template;
  specs: FieldSpec[];
}

/** A field's value as the API takes it; `null` removes the field. */
export type FieldInput = Record<string, string | null>;

export const SECRET_TYPES: ReadonlySet<string> = new Set(['password', 'secret_text']);

/** The form of a service, from the broker, so that client and broker need not be of one version. */
export async function fetchTemplate(cli: Cli, serviceType: string): Promise<Template> {
  const path = `/api/credentials/templates/${encodeURIComponent(serviceType)}`;
  try {
    return (await cli.call<Template>(path)).body;
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== EXIT.notFound) throw error;
    const all = await cli.call<{ items: Template[] }>('/api/credentials/templates');
    const known = all.body.items.map((t) => t.service_type).join(', ');
    throw new CliError(`There is no service type "${serviceType}".`, EXIT.usage, `There are: ${known}`);
  }
}

/** Every field of the form, each once. */
export function fieldSpecs(template: Template): FieldSpec[] {
  const all = [
    ...template.required_fields,
    ...Object.values(template.conditional_fields ?? {}).flat(),
    ...(template.optional_fields ?? []),
  ];
  return [...new Map(all.map((spec) => [spec.name, spec])).values()];
}

/** Adds one flag a field (`token_value` → `--token-value`); a flag that the command has already keeps its meaning. */
export function addFieldFlags(command: Command, template: Template): FieldFlags {
  const taken = new Set(command.options.map((option) => option.long));
  const specs = fieldSpecs(template).filter((spec) => !taken.has(flagOf(spec)));
  const when = conditions(template);
  const help = (spec: FieldSpec) => [helpOf(spec), ...(when.get(spec.name) ?? [])].join(' ');
  command.optionsGroup(`Fields of ${template.title ?? template.service_type}:`);
  for (const spec of specs.filter((s) => !SECRET_TYPES.has(s.type))) {
    command.option(`${flagOf(spec)} ${spec.type === 'boolean' ? '[true|false]' : '<value>'}`, help(spec));
  }
  command.option('--field <name=value>', 'set a field by its name, or remove it with name=', repeated);
  command.optionsGroup('Secrets (@file, - for stdin, or without a value for a hidden prompt):');
  for (const spec of specs.filter((s) => SECRET_TYPES.has(s.type))) {
    command.option(`${flagOf(spec)} [value]`, help(spec));
  }
  command.option('--secret <name[=value]>', 'set a secret field by its name', repeated);
  command.optionsGroup('');
  return { template, specs };
}

/** The fields in the usage line of a form: those without a default. */
export function neededFlags(template: Template): string {
  return template.required_fields
    .filter((s) => s.required !== false && s.default === undefined && s.type !== 'select')
    .map((spec) => `${flagOf(spec)} ${SECRET_TYPES.has(spec.type) ? '@file' : '<value>'} `)
    .join('');
}

/** Name of a field → `(with --auth-method api_token)`, for those that count only then. */
function conditions(template: Template): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [condition, specs] of Object.entries(template.conditional_fields ?? {})) {
    const [field = '', value = ''] = condition.split('=');
    const text = `(with ${fieldFlag(field)} ${value})`;
    for (const { name } of specs) found.set(name, [...(found.get(name) ?? []), text]);
  }
  return found;
}

/** What the flags say, secrets fetched from where they point to. */
export async function fieldsFrom(
  flags: FieldFlags,
  options: Record<string, unknown>,
): Promise<{ fields: FieldInput; secretFields: string[] }> {
  const fields: FieldInput = {};
  const secretFields: string[] = [];
  for (const spec of flags.specs) {
    const word = options[keyOf(spec)];
    if (word !== undefined) fields[spec.name] = await inputOf(spec, word as string | boolean);
  }
  for (const pair of (options['field'] as string[] | undefined) ?? []) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CliError('--field must be name=value', EXIT.usage);
    const value = pair.slice(at + 1);
    fields[pair.slice(0, at)] = value === '' ? null : value;
  }
  for (const word of (options['secret'] as string[] | undefined) ?? []) {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    fields[name] = (
      await secretInput(name, `--secret ${name}=…`, at < 0 ? true : word.slice(at + 1))
    ).reveal();
    secretFields.push(name);
  }
  return { fields, secretFields };
}

async function inputOf(spec: FieldSpec, word: string | boolean): Promise<string> {
  if (SECRET_TYPES.has(spec.type)) {
    return (await secretInput(spec.label, flagOf(spec), word as string | true)).reveal();
  }
  if (spec.type === 'boolean') return String(word);
  const text = String(word);
  return spec.type === 'multiline' && text.startsWith('@') ? readText(text.slice(1), flagOf(spec)) : text;
}

export const flagOf = (spec: FieldSpec) => fieldFlag(spec.name);
const keyOf = (spec: FieldSpec) => spec.name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

function helpOf(spec: FieldSpec): string {
  const parts = [spec.label];
  if (spec.options !== undefined) parts.push(`(${spec.options.join(' | ')})`);
  if (spec.default !== undefined) parts.push(`(default: ${spec.default})`);
  if (spec.help !== undefined) parts.push(`(${spec.help.replace(/\.$/, '')})`);
  return parts.join(' ');
}

/** `key=value` pairs of a repeated option → a map. */
export function pairs(
  words: readonly string[] | undefined,
  flag: string,
): Record<string, string> | undefined {
  if (words === undefined) return undefined;
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new CliError(`${flag} must be key=value`, EXIT.usage);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

/** A whole number of an option. */
export function wholeNumber(word: string): number {
  if (!/^\d{1,9}$/.test(word)) throw new InvalidArgumentError('must be a whole number');
  return Number(word);
}

/** How many at most, of an option: none asks for nothing. */
export function atLeastOne(word: string): number {
  const count = wholeNumber(word);
  if (count === 0) throw new InvalidArgumentError('must be at least 1');
  return count;
}
