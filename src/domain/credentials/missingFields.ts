import type { FieldProblem } from '../errors.js';
import { activeConditionals, alternativesTo, decidingSelects } from './authMethod.js';
import type { FieldValues } from './fields.js';
import type { FieldSpec, Template } from './template.js';

/** As `mergeFields` has it. */
interface Merge {
  template: Template;
  current?: FieldValues;
  exact?: boolean;
}

const REQUIRED = 'is required';

/** True for a field that was left out; false for a value that breaks a rule. */
export const isMissing = ({ rule }: FieldProblem): boolean => rule.startsWith(REQUIRED);

export const isStored = (current: FieldValues | undefined, name: string): boolean =>
  current !== undefined && (Object.hasOwn(current.settings, name) || Object.hasOwn(current.secrets, name));

/**
 * A choice that a form only suggests (the model) is not required from a file, and stays absent where an import
 * omitted it: programs have their own defaults.
 */
export function isLeftOut(
  { template, exact, current }: Merge,
  { name, type }: FieldSpec,
  given: ReadonlyMap<string, string | null>,
): boolean {
  if (type !== 'select' || given.has(name) || decidingSelects(template).includes(name)) return false;
  return (exact === true || current !== undefined) && !isStored(current, name);
}

export function missingProblems(
  input: Merge,
  texts: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, string | null>,
): FieldProblem[] {
  const { template } = input;
  const optional = (spec: FieldSpec) => isLeftOut(input, spec, given);
  return [...template.required_fields, ...activeConditionals(template, texts)]
    .filter((spec) => spec.required !== false && !texts.has(spec.name) && !optional(spec))
    .filter(({ name }) => template.alternatives?.[name]?.every((other) => texts.has(other)) !== true)
    .map((spec) => {
      const others = template.alternatives?.[spec.name] ?? alternativesTo(template, spec.name, texts);
      const instead = others.length === 0 ? '' : `, or ${others.join(' and ')} instead`;
      return { field: `fields.${spec.name}`, rule: `${REQUIRED} (${spec.label})${instead}` };
    });
}
