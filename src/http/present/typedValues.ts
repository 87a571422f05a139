import { connectorOf } from '../../connectors/registry.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { typedFields } from '../../domain/credentials/templateFields.js';

export type Fields = Record<string, string | number | boolean>;

/** Stored texts as the booleans and integers that the form of the service says they are. */
export function typedValues(c: Pick<Credential, 'serviceType'>, values: Record<string, string>): Fields {
  const template = connectorOf(c.serviceType)?.template;
  return template === undefined ? values : typedFields(template, values);
}
