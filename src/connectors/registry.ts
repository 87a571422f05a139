import type { Credential } from '../domain/credentials/credential.js';
import type { ServiceType } from '../domain/credentials/serviceType.js';
import { invalid } from '../domain/errors.js';
import type { Connector } from '../domain/services/connector.js';
import { anthropic } from './anthropic.js';
import { aws } from './aws/aws.js';
import { azure } from './azure/azure.js';
import { dockerSwarm } from './dockerSwarm.js';
import { googleCloud } from './googleCloud/googleCloud.js';
import { grafana } from './grafana/grafana.js';
import { hyperv } from './hyperv/hyperv.js';
import { kubernetes } from './kubernetes/kubernetes.js';
import { langchain } from './langchain.js';
import { openai } from './openai.js';
import { other } from './other/other.js';
import { prometheus } from './prometheus.js';
import { proxmox } from './proxmox/proxmox.js';
import { vmware } from './vmware/vmware.js';

/** Every external system that the broker knows: one line each. */
export const connectors: readonly Connector[] = [
  proxmox,
  vmware,
  hyperv,
  azure,
  aws,
  googleCloud,
  openai,
  anthropic,
  langchain,
  kubernetes,
  dockerSwarm,
  prometheus,
  grafana,
  other,
];

/** The connector of a service type, or undefined while there is none. */
export function connectorOf(serviceType: ServiceType): Connector | undefined {
  return connectors.find((connector) => connector.serviceType === serviceType);
}

/** The connector of a type, or `invalid_request` when this version has none for it yet. */
export function requireConnector(serviceType: Credential['serviceType']): Connector {
  const connector = connectorOf(serviceType);
  if (connector !== undefined) return connector;
  throw invalid({ field: 'service_type', rule: `has no form for ${serviceType} yet; store it as "other"` });
}
