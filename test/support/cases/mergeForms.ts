import { expect } from 'chai';
import { connectorOf } from '../../../src/connectors/registry.js';
import type { ServiceType } from '../../../src/domain/credentials/serviceType.js';
import {
  type GivenFields,
  type MergeInput,
  mergeFields,
} from '../../../src/domain/credentials/templateFields.js';
import { BrokerError } from '../../../src/domain/errors.js';
import type { Connector } from '../../../src/domain/services/connector.js';

/** The connector of a type that has one. */
export function connector(type: ServiceType): Connector {
  const found = connectorOf(type);
  if (found === undefined) throw new Error(`no connector for ${type}`);
  return found;
}
export const form = (type: ServiceType) => connector(type).template;

export const merge = (
  type: ServiceType,
  given: GivenFields,
  rest: Omit<MergeInput, 'template' | 'given'> = {},
) => mergeFields({ template: form(type), given, ...rest });

/** Settings and opened secrets of what would be stored. */
export function stored(
  type: ServiceType,
  given: GivenFields,
  rest: Omit<MergeInput, 'template' | 'given'> = {},
) {
  const { settings, secrets } = merge(type, given, rest).values;
  return { settings, secrets: Object.fromEntries(Object.entries(secrets).map(([k, v]) => [k, v.reveal()])) };
}

/** What is wrong, as `field rule`. */
export function problems(
  type: ServiceType,
  given: GivenFields,
  rest: Omit<MergeInput, 'template' | 'given'> = {},
): string[] {
  try {
    merge(type, given, rest);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    expect(error.code).to.equal('invalid_request');
    return error.fields.map(({ field, rule }) => `${field} ${rule}`);
  }
  return [];
}
