import type { FieldProblem } from '../errors.js';
import { secretIn } from '../secrecy/secretText.js';
import type { Template } from './template.js';

interface Known {
  /** Names of the form's secret fields. */
  secretNames: readonly string[];
  isSecret: (name: string) => boolean;
  /** What is wrong already: of a service's own forms its guards know more. */
  problems: readonly FieldProblem[];
}

/** Settings that hold a secret, though settings rest outside Vault and lists show them. Never returns a value. */
export function shownSecrets(
  template: Template,
  given: ReadonlyMap<string, string | null>,
  { secretNames, isSecret, problems }: Known,
): FieldProblem[] {
  return [...given].flatMap(([name, text]) => {
    const field = `fields.${name}`;
    if (text === null || isSecret(name) || problems.some((problem) => problem.field === field)) return [];
    const found = secretIn(text);
    return found === undefined ? [] : [{ field, rule: ruleOf(template, secretNames, found) }];
  });
}

function ruleOf(template: Template, secretNames: readonly string[], found: string): string {
  const names = [...new Set(secretNames)].join(', ');
  const instead = template.free_form
    ? 'list the field in secret_fields'
    : `put it in a secret field (${names})`;
  return `must not contain ${found}, because settings are stored and shown in clear; ${instead}`;
}
