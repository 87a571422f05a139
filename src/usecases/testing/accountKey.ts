import { activeConditionals } from '../../domain/credentials/authMethod.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { allFields } from '../../domain/credentials/templateFields.js';
import type { Connector } from '../../domain/services/connector.js';
import type { Fingerprints, Hashed } from '../../ports/vault.js';

/** What a connection trusts says nothing of the account at its end. */
const TRUST = /^(tls_|ca_|verify_)/;

/**
 * Keyed hash by transit of the destination, account and secret of the values. Two credentials that have the same one
 * are one account to the service: what it refuses of one must not be tried with the other.
 */
export function accountKeyOf(
  { fingerprints }: { fingerprints: Pick<Fingerprints, 'make'> },
  connector: Connector,
  values: FieldValues,
): Promise<string> {
  const { purpose, value } = hashedAccount(connector, values);
  return fingerprints.make(purpose, value);
}

/** What is hashed for the key of an account. */
export function hashedAccount(connector: Connector, values: FieldValues): Hashed {
  const { template, serviceType } = connector;
  const texts = new Map(Object.entries(values.settings));
  const asked = [...template.required_fields, ...activeConditionals(template, texts)].map(({ name }) => name);
  const counts = (name: string) => template.free_form === true || asked.includes(name);
  const destination = destinationOf(connector, values);
  const identity = [...texts].filter(([name]) => counts(name) && !connector.destinationFields.includes(name));
  const secrets = Object.entries(values.secrets);
  const used = secrets.filter(([name]) => counts(name));
  return {
    purpose: 'account',
    value: {
      serviceType,
      destination,
      identity: Object.fromEntries(identity),
      secrets: Object.fromEntries(used.length > 0 ? used : secrets),
    },
  };
}

/** The same for all spellings of one place: with or without scheme, usual port and final slash. */
function destinationOf({ template, destinationFields }: Connector, { settings }: FieldValues): string[] {
  const specs = new Map(allFields(template).map((spec) => [spec.name, spec]));
  const usualPort = specs.get('port')?.default ?? '';
  return destinationFields
    .filter((name) => !TRUST.test(name))
    .map((name) => (settings[name] ?? specs.get(name)?.default ?? '').trim().toLowerCase())
    .map((text) => text.replace(/^[a-z]+:\/\//, '').replace(/\/+$/, ''))
    .map((text) =>
      usualPort !== '' && text.endsWith(`:${usualPort}`) ? text.slice(0, -usualPort.length - 1) : text,
    );
}
