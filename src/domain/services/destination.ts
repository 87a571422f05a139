import { isSecretSpec, tidied } from '../credentials/fieldTexts.js';
import type { FieldSpec } from '../credentials/template.js';
import { specOf } from '../credentials/templateFields.js';
import type { Connector } from './connector.js';

type Settings = Readonly<Record<string, string>>;

/**
 * True where a setting may decide where, how or under whose trust a secret is sent: every one of which the connector
 * does not say that it steers nothing. Of `other` the broker knows no field, so there it is each.
 */
export const isDestination = (connector: Connector, name: string): boolean =>
  !connector.steersNothing.includes(name) && isSettingSpec(specOf(connector.template, name));

const isSettingSpec = (spec: FieldSpec | undefined): boolean => spec === undefined || !isSecretSpec(spec);

/** Names of the settings that decide where the secret goes and whose meaning differs; a default counts as given. */
export function destinationChanged(connector: Connector, before: Settings, after: Settings): string[] {
  const meaning = (name: string, values: Settings) => {
    const spec = specOf(connector.template, name);
    const assumed = spec?.default ?? (spec?.type === 'select' ? spec.options?.[0] : undefined);
    const text = Object.hasOwn(values, name) ? values[name] : assumed;
    return text === undefined || spec === undefined ? text : tidied(text, spec, false);
  };
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => isDestination(connector, name) && meaning(name, before) !== meaning(name, after))
    .sort();
}
