import type { ServiceType } from '../../src/domain/credentials/serviceType.js';
import { anthropic, aws, azure, basic, docker, grafana, kubernetes, login, openai, pve } from './fields.js';
import { random } from './secrets.js';

/** How its tests went in the last week. */
export type Week = 'fine' | 'outage' | 'down' | 'refused' | 'limited' | 'expired' | 'untested';

export interface SampleCredential {
  name: string;
  type: ServiceType;
  owner: 'platform-lead' | 'research-lead';
  week: Week;
  fields: () => Record<string, string | number | boolean>;
  description?: string;
  /** Days from now; left out: it has no end that is known. */
  expiresInDays?: number;
  rotationDays?: number;
  /** Days since it was stored; left out: 40. */
  ageDays?: number;
  /** Who else may read it. With a person it is an offer that waits for an answer. */
  sharedWith?: readonly ('team:platform' | 'team:research' | 'user:research-lead' | 'celery' | 'notebooks')[];
  /** Uses in the last week; left out: none. */
  uses?: number;
  labels?: Record<string, string>;
}

/** About twenty, of every service, in the states in which a lab finds them. */
export const CREDENTIALS: readonly SampleCredential[] = [
  {
    name: 'Proxmox cluster',
    type: 'proxmox',
    owner: 'platform-lead',
    week: 'fine',
    fields: pve('pve1.lab.example'),
    sharedWith: ['team:platform', 'team:research', 'celery'],
    uses: 180,
    rotationDays: 90,
    labels: { env: 'production' },
  },
  {
    name: 'Proxmox test host',
    type: 'proxmox',
    owner: 'platform-lead',
    week: 'outage',
    fields: pve('pve-test.lab.example'),
    sharedWith: ['team:platform'],
    uses: 12,
    labels: { env: 'test' },
  },
  {
    name: 'vCenter',
    type: 'vmware',
    owner: 'platform-lead',
    week: 'fine',
    fields: login('vcenter.lab.example', 'broker@vsphere.local'),
    sharedWith: ['team:platform', 'celery'],
    uses: 60,
    rotationDays: 30,
    ageDays: 45,
  },
  {
    name: 'ESXi rack 2',
    type: 'vmware',
    owner: 'platform-lead',
    week: 'refused',
    fields: login('esxi-r2.lab.example', 'broker'),
    sharedWith: ['team:platform'],
    uses: 9,
  },
  {
    name: 'Hyper-V host',
    type: 'hyperv',
    owner: 'platform-lead',
    week: 'fine',
    fields: () => ({ ...login('hv1.lab.example', 'LAB\\broker')(), auth_method: 'ntlm' }),
    sharedWith: ['celery'],
    uses: 20,
    expiresInDays: 12,
  },
  {
    name: 'Azure subscription',
    type: 'azure',
    owner: 'platform-lead',
    week: 'fine',
    fields: azure,
    sharedWith: ['team:platform'],
    uses: 35,
    expiresInDays: 6,
    labels: { env: 'production' },
  },
  {
    name: 'AWS build account',
    type: 'aws',
    owner: 'platform-lead',
    week: 'limited',
    fields: aws('eu-west-1'),
    sharedWith: ['celery'],
    uses: 44,
    labels: { env: 'production' },
  },
  {
    name: 'AWS sandbox',
    type: 'aws',
    owner: 'research-lead',
    week: 'fine',
    fields: aws('us-east-1'),
    sharedWith: ['team:research'],
    uses: 15,
  },
  {
    name: 'Google Cloud project',
    type: 'google_cloud',
    owner: 'research-lead',
    week: 'fine',
    fields: () => ({ service_account_json: random.googleKey('lab-research') }),
    sharedWith: ['notebooks'],
    uses: 70,
  },
  {
    name: 'OpenAI',
    type: 'openai',
    owner: 'research-lead',
    week: 'fine',
    fields: openai,
    sharedWith: ['team:research', 'notebooks'],
    uses: 240,
    rotationDays: 60,
  },
  {
    name: 'OpenAI (old project)',
    type: 'openai',
    owner: 'research-lead',
    week: 'expired',
    fields: openai,
    ageDays: 300,
    expiresInDays: -3,
  },
  {
    name: 'Anthropic',
    type: 'anthropic',
    owner: 'research-lead',
    week: 'fine',
    fields: anthropic,
    sharedWith: ['team:research', 'notebooks'],
    uses: 310,
  },
  {
    name: 'LangSmith',
    type: 'langchain',
    owner: 'research-lead',
    week: 'fine',
    fields: () => ({ api_key: `lsv2_sk_${random.hex(16)}_${random.hex(5)}` }),
    sharedWith: ['notebooks'],
    uses: 25,
  },
  {
    name: 'Kubernetes production',
    type: 'kubernetes',
    owner: 'platform-lead',
    week: 'fine',
    fields: kubernetes('k8s.lab.example'),
    sharedWith: ['team:platform', 'celery'],
    uses: 120,
    labels: { env: 'production' },
  },
  {
    name: 'Kubernetes test',
    type: 'kubernetes',
    owner: 'platform-lead',
    week: 'down',
    fields: kubernetes('k8s-test.lab.example'),
    labels: { env: 'test' },
  },
  {
    name: 'Docker Swarm',
    type: 'docker_swarm',
    owner: 'platform-lead',
    week: 'fine',
    fields: docker('swarm.lab.example'),
    sharedWith: ['celery', 'user:research-lead'],
    uses: 18,
    expiresInDays: 25,
  },
  {
    name: 'Prometheus',
    type: 'prometheus',
    owner: 'platform-lead',
    week: 'outage',
    fields: basic('prometheus.lab.example'),
    sharedWith: ['team:platform', 'team:research'],
    uses: 90,
  },
  {
    name: 'Grafana',
    type: 'grafana',
    owner: 'platform-lead',
    week: 'fine',
    fields: grafana('grafana.lab.example'),
    sharedWith: ['team:platform', 'team:research'],
    uses: 33,
  },
  {
    name: 'Mail gateway',
    type: 'other',
    owner: 'platform-lead',
    week: 'untested',
    fields: () => ({ api_key: random.hex(20) }),
    description: 'API of the mail gateway; it has no address to test',
    ageDays: 200,
  },
  {
    name: 'Licence server',
    type: 'other',
    owner: 'research-lead',
    week: 'untested',
    fields: () => ({ api_key: random.hex(20) }),
    ageDays: 2,
  },
];
