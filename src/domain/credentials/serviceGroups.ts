import type { ServiceType } from './serviceType.js';

/** The groups that people see services in, in this order. Migration 042 ranks services alike. */
export const SERVICE_GROUPS = [
  { group: 'virtualization', title: 'Virtualization platforms', types: ['proxmox', 'vmware', 'hyperv'] },
  { group: 'cloud', title: 'Cloud providers', types: ['azure', 'aws', 'google_cloud'] },
  { group: 'ai', title: 'AI services', types: ['openai', 'anthropic', 'langchain'] },
  { group: 'containers', title: 'Container orchestration', types: ['kubernetes', 'docker_swarm'] },
  { group: 'monitoring', title: 'Monitoring', types: ['prometheus', 'grafana'] },
  { group: 'other', title: 'Other', types: ['other'] },
] as const satisfies readonly { group: string; title: string; types: readonly ServiceType[] }[];

export type ServiceGroup = (typeof SERVICE_GROUPS)[number]['group'];

export const SERVICE_GROUP_NAMES = SERVICE_GROUPS.map(({ group }) => group);

/** The services of the given groups. */
export function typesOfGroups(groups: readonly ServiceGroup[]): ServiceType[] {
  return SERVICE_GROUPS.filter(({ group }) => groups.includes(group)).flatMap(({ types }) => [...types]);
}
