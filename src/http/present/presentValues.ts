import type { z } from 'zod';
import type { ResolveShape } from '../../api/reading.js';

import type { environmentAnswer, resolvedItem, secretAnswer, unresolved } from '../../api/valueAnswers.js';
import { type ClientShape, clientShapeOf } from '../../connectors/clientShapes.js';
import type { Credential, ReadableCredential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { booleanOf, integerOf } from '../../domain/credentials/fieldTexts.js';
import { Secret } from '../../domain/secret.js';
import type { Environment } from '../../usecases/reading/readEnvironment.js';
import type { ResolvedItem } from '../../usecases/reading/resolveCredentials.js';
import { type Fields, typedValues } from './typedValues.js';

/** All values of one version. The only place, with `presentResolved` and `presentEnvironment`, that opens them. */
export function presentSecret(
  c: ReadableCredential,
  version: number,
  values: FieldValues,
): z.output<typeof secretAnswer> {
  return { id: c.id, name: c.name, service_type: c.serviceType, version, fields: openFields(c, values) };
}

function openFields(c: ReadableCredential, values: FieldValues, only?: string): Fields {
  const opened = { ...values.settings };
  for (const [name, secret] of Object.entries(values.secrets)) opened[name] = secret.reveal();
  const fields = typedValues(c, opened);
  if (only === undefined) return fields;
  const value = fields[only];
  return value === undefined ? {} : { [only]: value };
}

/** What cannot be read as a number or a boolean stays a text, as it is stored. */
function clientArguments(c: Credential, values: FieldValues, shape: ClientShape): Fields {
  const given: Fields = {};
  for (const [name, { field, type, label }] of Object.entries(shape.arguments)) {
    const inLabel = label === undefined ? undefined : c.labels[label];
    const value = values.secrets[field]?.reveal() ?? values.settings[field] ?? inLabel;
    if (value === undefined || value === '') continue;
    if (type === undefined) given[name] = value;
    else given[name] = (type === 'integer' ? integerOf(value) : booleanOf(value)) ?? value;
  }
  return given;
}

export function presentResolved(item: ResolvedItem, wanted: ResolveShape): z.output<typeof resolvedItem> {
  if (item.status === 'error') {
    const { code, detail, extra } = item.error;
    const candidates = extra['candidates'] as z.output<typeof unresolved>['candidates'];
    return { status: 'error', code, detail, ...(candidates !== undefined && { candidates }) };
  }
  const { credential: c, version, values, only } = item;
  const credential = { id: c.id, name: c.name, service_type: c.serviceType, version };
  const shape = wanted === 'client' ? clientShapeOf(c) : undefined;
  const isShaped = shape !== undefined && only === undefined;
  const fields = isShaped ? clientArguments(c, values, shape) : openFields(c, values, only);
  const answer = { status: 'ok' as const, credential, fields };
  return wanted === 'client' ? { ...answer, client: isShaped ? shape.client : null } : answer;
}

export function presentEnvironment(environment: Environment): z.output<typeof environmentAnswer> {
  const open = (value: string | Secret) => (value instanceof Secret ? value.reveal() : value);
  return {
    variables: Object.fromEntries(
      Object.entries(environment.variables).map(([name, value]) => [name, open(value)]),
    ),
    sources: Object.fromEntries(
      Object.entries(environment.sources).map(([name, s]) => [
        name,
        {
          credential_id: s.credentialId,
          name: s.name,
          version: s.version,
          field: s.field,
          alias_of: s.aliasOf,
        },
      ]),
    ),
    conflicts: environment.conflicts.map(({ variable, credentials, servedBy, because }) => ({
      variable,
      credentials,
      served_by: servedBy,
      because,
    })),
    failed: environment.failed.map((f) => ({ credential_id: f.credentialId, name: f.name, code: f.code })),
    held_back: environment.heldBack.map(({ variable, credentialId, name, changedBy }) => ({
      variable,
      credential_id: credentialId,
      name,
      changed_by: changedBy,
    })),
    offers: environment.offers,
    unreadable: environment.unreadable,
  };
}
