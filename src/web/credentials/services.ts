import { SERVICE_GROUPS } from '../../domain/credentials/serviceGroups.js';
import type { ServiceType } from '../../domain/credentials/serviceType.js';

/** The groups of the list and the services in each, in the order in which both are shown. */
export const GROUPS: readonly { title: string; types: readonly ServiceType[] }[] = SERVICE_GROUPS;

const NAMES: Readonly<Record<ServiceType, string>> = {
  proxmox: 'Proxmox VE',
  vmware: 'VMware',
  hyperv: 'Hyper-V',
  azure: 'Azure',
  aws: 'AWS',
  google_cloud: 'Google Cloud',
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  langchain: 'LangSmith',
  kubernetes: 'Kubernetes',
  docker_swarm: 'Docker Swarm',
  prometheus: 'Prometheus',
  grafana: 'Grafana',
  other: 'Other',
};
export const serviceName = (type: ServiceType): string => NAMES[type];

/** Settings that say where a credential leads, most telling first. */
const PLACES = [
  'host',
  'url',
  'base_url',
  'endpoint',
  'server',
  'api_server',
  'subscription_id',
  'project_id',
  'account_id',
  'region',
  'organization',
  'model',
];

/** Where it leads and as whom: `pve01.lab:8006 · broker@pve!gd`. */
export function placeOf(settings: Readonly<Record<string, unknown>>, identity: string | null): string {
  const name = PLACES.find((one) => settings[one] !== undefined && settings[one] !== '');
  const port = settings['port'];
  const place = name === undefined ? '' : String(settings[name]);
  const whole = name === 'host' && port !== undefined ? `${place}:${port}` : place;
  return [whole, identity ?? accountIn(settings)].filter((part) => part !== '').join(' · ');
}

const accountIn = (settings: Readonly<Record<string, unknown>>): string =>
  String(settings['user'] ?? settings['username'] ?? settings['client_id'] ?? '');
