import type { z } from 'zod';
import { type FieldProblem, invalid } from '../domain/errors.js';
import { isQuotableField, quotedPath } from '../domain/secrecy/quotable.js';
import { oddText } from './loneSurrogate.js';

const MAX_FIELDS = 20;
const MAX_FIELD = 200;

/** The validated input, or `invalid_request` that names each field and its rule; never a value. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input ?? {}, { reportInput: true });
  // Behind the schema, which bounds how deep the walk goes.
  if (result.success) {
    const odd = oddText(result.data);
    if (odd === undefined) return result.data;
    throw invalid({ field: odd === '' ? 'body' : odd, rule: 'must be valid Unicode' });
  }
  throw invalid(
    ...result.error.issues
      .slice(0, MAX_FIELDS)
      .flatMap(meant)
      .flatMap((issue) => {
        const field = quotedPath(issue.path).slice(0, MAX_FIELD);
        if (issue.code === 'unrecognized_keys')
          return issue.keys.slice(0, MAX_FIELDS).map((key) => unknownKey(key, field));
        return [{ field: field === '' ? 'body' : field, rule: ruleOf(issue) }];
      }),
  );
}

/** A key that nobody knows, repeated only where it looks like the name of a field: anything may be sent as a key. */
export function unknownKey(key: string, inside = ''): FieldProblem {
  if (!isQuotableField(key))
    return { field: inside === '' ? 'body' : inside, rule: 'has a key that is not a known field' };
  return {
    field: (inside === '' ? key : `${inside}.${key}`).slice(0, MAX_FIELD),
    rule: 'is not a known key',
  };
}

/** Of several allowed shapes the one that has the keys that were sent: what is wrong in it, where there is only one such. */
function meant(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const near = issue.errors.filter((shape) =>
    shape.every((inner) => inner.code !== 'unrecognized_keys' && inner.input !== undefined),
  );
  const [only] = near;
  if (only === undefined || near.length > 1) return [issue];
  return only.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is required (${inJson(issue.expected)})`
        : `must be of type ${inJson(issue.expected)}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'must not be empty';
      return bound('at least', issue.origin, Number(issue.minimum));
    case 'too_big':
      return bound('at most', issue.origin, Number(issue.maximum));
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      if (issue.format === 'datetime') return 'must be a time such as 2027-01-31T00:00:00Z';
      return worded(issue.message);
    case 'invalid_key':
      return worded(issue.issues[0]?.message ?? '');
    case 'invalid_union':
      return issue.message.startsWith('must') ? issue.message : 'matches none of the allowed forms';
    case 'custom':
      return issue.message;
    default:
      return worded(issue.message);
  }
}

/** The library's name of a type → JSON's. */
const inJson = (type: string) => (type === 'record' ? 'object' : type);

function bound(word: string, origin: string, count: number): string {
  if (origin === 'array') return `must contain ${word} ${count} ${count === 1 ? 'item' : 'items'}`;
  return `must be ${word} ${count}${origin === 'string' ? ' characters' : ''}`;
}

/** Our own words for a rule, or a constant in place of the library's. */
const worded = (message: string) => (message.startsWith('must') ? message : 'has the wrong form');
