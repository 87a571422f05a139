import type { FieldSpec, Template } from '../../domain/credentials/template.js';
import { CliError, EXIT } from '../exitCodes.js';
import { secretInput } from '../terminal/secretInput.js';
import { ask, canAsk } from '../terminal/terminal.js';
import { type FieldInput, flagOf, SECRET_TYPES } from './fieldFlags.js';

/** The name of a new credential: the flag's, else asked for where a person can type. */
export async function nameOrAsk(name: string | undefined, template: Template): Promise<string> {
  if (name !== undefined) return name;
  if (!canAsk())
    throw new CliError('--name is required.', EXIT.usage, 'Give the credential a name: --name <name>');
  const suggested = template.title ?? template.service_type;
  return (await ask(`Name [${suggested}]`)).trim() || suggested;
}

/**
 * Asks for what the form needs and no flag gave, settings first; secrets do not show. Nothing without a terminal.
 * @param presets also asks for fields that have a default.
 */
export async function askMissing(
  template: Template,
  fields: FieldInput,
  { presets }: { presets: boolean },
): Promise<void> {
  if (!canAsk()) return;
  const asked = (spec: FieldSpec) =>
    !isGiven(template, fields, spec) && (presets || presetOf(spec) === undefined);
  for (const spec of template.required_fields.filter((s) => !SECRET_TYPES.has(s.type)))
    if (asked(spec) && !isChosenByFields(template, fields, spec)) await askSetting(spec, fields);
  const branch = branchOf(template, fields);
  for (const spec of branch.filter((s) => !SECRET_TYPES.has(s.type)))
    if (asked(spec)) await askSetting(spec, fields);
  for (const spec of [...template.required_fields, ...branch].filter((s) => SECRET_TYPES.has(s.type)))
    if (!isGiven(template, fields, spec))
      fields[spec.name] = (await secretInput(spec.label, flagOf(spec), true)).reveal();
}

const presetOf = (spec: FieldSpec): string | undefined => spec.default ?? spec.options?.[0];

function isGiven(template: Template, fields: FieldInput, spec: FieldSpec): boolean {
  if (spec.required === false || spec.name in fields) return true;
  return template.alternatives?.[spec.name]?.some((other) => other in fields) === true;
}

/** A method is not asked for where a field of one of its branches was given: the broker infers it. */
function isChosenByFields(template: Template, fields: FieldInput, { name }: FieldSpec): boolean {
  const branches = Object.entries(template.conditional_fields ?? {});
  const ofThis = branches.filter(([when]) => when.startsWith(`${name}=`));
  return ofThis.some(([, specs]) => specs.some((spec) => spec.name in fields));
}

/** The fields of the chosen method: by its name, by a field that was given, else the first. */
function branchOf(template: Template, fields: FieldInput): FieldSpec[] {
  const conditional = Object.entries(template.conditional_fields ?? {});
  const method = fields['auth_method'];
  const chosen = method
    ? conditional.filter(([when]) => when === `auth_method=${method}`)
    : conditional.filter(([, specs]) => specs.some((spec) => spec.name in fields));
  return (chosen.length > 0 ? chosen : conditional.slice(0, 1)).flatMap(([, specs]) => specs);
}

/** Enter takes the default; for a choice that is its first option, as the broker has it. */
async function askSetting(spec: FieldSpec, fields: FieldInput): Promise<void> {
  const preset = presetOf(spec);
  const choices = spec.options === undefined ? '' : ` (${spec.options.join(', ')})`;
  for (;;) {
    const answer = (await ask(`${spec.label}${choices}${preset === undefined ? '' : ` [${preset}]`}`)).trim();
    if (answer !== '') fields[spec.name] = answer;
    if (answer !== '' || preset !== undefined) return;
  }
}
