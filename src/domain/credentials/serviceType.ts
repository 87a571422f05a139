/** The kinds of system a credential can be for, as they stand in the API, the CLI and the database. */
export const SERVICE_TYPES = [
  'proxmox',
  'vmware',
  'hyperv',
  'azure',
  'aws',
  'google_cloud',
  'openai',
  'anthropic',
  'langchain',
  'kubernetes',
  'docker_swarm',
  'prometheus',
  'grafana',
  'other',
] as const;
export type ServiceType = (typeof SERVICE_TYPES)[number];

const ALIASES: Readonly<Record<string, ServiceType>> = {
  esxi: 'vmware',
  vsphere: 'vmware',
  vcenter: 'vmware',
  'hyper-v': 'hyperv',
  gcp: 'google_cloud',
  langsmith: 'langchain',
  k8s: 'kubernetes',
  swarm: 'docker_swarm',
};

/** The service type that a caller's word means (`k8s` → `kubernetes`), or undefined. Case does not count. */
export function parseServiceType(word: string): ServiceType | undefined {
  const key = word.trim().toLowerCase();
  const direct = SERVICE_TYPES.find((type) => type === key || type === key.replaceAll('-', '_'));
  return direct ?? (Object.hasOwn(ALIASES, key) ? ALIASES[key] : undefined);
}
