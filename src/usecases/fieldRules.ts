import { invalid } from '../domain/errors.js';
import type { FieldValues } from '../domain/fields.js';
import type { Connector } from '../domain/template.js';

/** Rejects with `invalid_request` where a setting would lead the secret astray. Never tells a value. */
export function checkRules(connector: Connector, values: FieldValues): void {
  const broken = Object.entries(connector.rules ?? {}).filter(
    ([name, { pattern }]) =>
      Object.hasOwn(values.settings, name) && !pattern.test(values.settings[name] ?? ''),
  );
  if (broken.length > 0)
    throw invalid(...broken.map(([name, { rule }]) => ({ field: `fields.${name}`, rule })));
}
