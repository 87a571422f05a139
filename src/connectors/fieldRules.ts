import type { FieldValues } from '../domain/credentials/fields.js';
import type { FieldProblem } from '../domain/errors.js';
import { TestEnded } from '../domain/testing/testResult.js';
import { optional } from './common/probing.js';

/**
 * The rule that a value breaks, as `must …`, or undefined. Never contains the value; may look at the other fields.
 */
export type Rule = (text: string, values: FieldValues) => string | undefined;

/** What is wrong with values by the rules of one service, field by field; settings and secrets alike. */
export function rulesOf(rules: Readonly<Record<string, Rule>>): (values: FieldValues) => FieldProblem[] {
  return (values) =>
    Object.entries(rules).flatMap(([name, broken]) => {
      const text = optional(values, name);
      const rule = text === undefined ? undefined : broken(text, values);
      return rule === undefined ? [] : [{ field: `fields.${name}`, rule }];
    });
}

/** A value has to match. */
export const matching =
  (pattern: RegExp, rule: string): Rule =>
  (text) =>
    pattern.test(text) ? undefined : rule;

/** The first rule that is broken counts. */
export const each =
  (...rules: readonly Rule[]): Rule =>
  (text, values) => {
    for (const broken of rules) {
      const rule = broken(text, values);
      if (rule !== undefined) return rule;
    }
    return undefined;
  };

/** As text of a header goes: printable, no blank. */
export const oneWord = matching(/^[!-~]+$/, 'must be one word of printable characters, without spaces');

/** RFC 7617: the part before the first colon is the name. */
export const basicName = matching(/^[^:]+$/, 'must not contain ":"');

export const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
export const guid = matching(GUID, 'must be an ID such as 0f1e2d3c-4b5a-4968-8776-655443322110');

/** For values that a test has to read before it can begin: what it would end with is the rule. */
export const readable =
  (read: (text: string, values: FieldValues) => unknown): Rule =>
  (text, values) => {
    try {
      read(text, values);
      return undefined;
    } catch (error) {
      if (!(error instanceof TestEnded)) throw error;
      const { advice } = error.finding;
      return `can’t be used: ${advice.charAt(0).toLowerCase()}${advice.slice(1, -1)}`;
    }
  };
