import type { FieldValues } from '../credentials/fields.js';
import { type AllowUnusual, checkUnusual } from '../credentials/unusualFields.js';
import { invalid } from '../errors.js';
import type { Connector } from './connector.js';

/** What is stored now, and which fields differ from it. */
interface Before {
  current: FieldValues;
  changed: readonly string[];
}

/**
 * Rejects with `invalid_request` if a value breaks a rule of its service. Never contains a value. With `before`, a
 * stored value that breaks a rule (an import does not check rules) and is not changed now stays.
 */
export function checkRules(connector: Connector, values: FieldValues, before?: Before): void {
  const problems = connector.rules?.(values) ?? [];
  const old = before === undefined ? [] : (connector.rules?.(before.current) ?? []);
  const stays = (field: string, rule: string) =>
    old.some((one) => one.field === field && one.rule === rule) &&
    before?.changed.includes(field.replace(/^fields\./, '')) !== true;
  const broken = problems.filter(({ field, rule }) => !stays(field, rule));
  if (broken.length > 0) throw invalid(...broken);
}

/** The same for values that a person gives, which may also look like no value at all. */
export function checkGiven(
  connector: Connector,
  values: FieldValues,
  {
    current,
    changed,
    allow,
  }: { current?: FieldValues; changed: readonly string[]; allow: AllowUnusual | undefined },
): void {
  checkUnusual(values, changed, allow);
  checkRules(connector, values, current === undefined ? undefined : { current, changed });
}
