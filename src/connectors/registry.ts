import type { ServiceType } from '../domain/credentials/serviceType.js';
import type { Connector, Template } from '../domain/credentials/template.js';
import { anthropic } from './anthropic.js';
import { aws } from './aws.js';
import { azure } from './azure.js';
import { dockerSwarm } from './dockerSwarm.js';
import { googleCloud } from './googleCloud.js';
import { grafana } from './grafana.js';
import { hyperv } from './hyperv.js';
import { kubernetes } from './kubernetes.js';
import { langchain } from './langchain.js';
import { openai } from './openai.js';
import { other } from './other.js';
import { prometheus } from './prometheus.js';
import { proxmox } from './proxmox.js';
import { vmware } from './vmware.js';

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

/** All forms, in the order of the registry. */
export function templates(): Template[] {
  return connectors.map((connector) => connector.template);
}
