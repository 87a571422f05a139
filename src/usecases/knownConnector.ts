import { connectorOf } from '../connectors/registry.js';
import type { Credential } from '../domain/credentials/credential.js';
import type { Connector } from '../domain/credentials/template.js';
import { invalid } from '../domain/errors.js';

/** The connector of a type, or `invalid_request` when this version has none for it yet. */
export function knownConnector(serviceType: Credential['serviceType']): Connector {
  const connector = connectorOf(serviceType);
  if (connector !== undefined) return connector;
  throw invalid({ field: 'service_type', rule: `has no form for ${serviceType} yet; store it as "other"` });
}
