import { type FieldProblem, invalid } from '../errors.js';
import { isFreePassword, type UnusualKind, unusualValue } from '../secrecy/unusualValues.js';
import type { FieldValues } from './fields.js';

/** Kinds that a caller insists on, or all. */
export type AllowUnusual = boolean | readonly UnusualKind[];

/**
 * Rejects with `invalid_request` where a changed secret, or a reference in a changed setting, is probably no value.
 * Names the field and the kind, never the value.
 */
export function checkUnusual(
  { settings, secrets }: FieldValues,
  changed: readonly string[],
  allow: AllowUnusual = false,
): void {
  if (allow === true) return;
  const problems: FieldProblem[] = changed.flatMap((name) => {
    const secret = secrets[name];
    const found = unusualValue(secret?.reveal() ?? settings[name] ?? '', {
      free: secret === undefined || isFreePassword(name),
    });
    if (found === undefined || (allow !== false && allow.includes(found.kind))) return [];
    // The rules of settings know invisible characters.
    if (secret === undefined && found.kind !== 'reference') return [];
    const verb = found.kind === 'invisible' ? 'holds' : 'looks like';
    const rule = `${verb} ${found.what}; send the value itself, or confirm it with allow_unusual: ${found.kind}`;
    return [{ field: `fields.${name}`, rule }];
  });
  if (problems.length > 0) throw invalid(...problems);
}
