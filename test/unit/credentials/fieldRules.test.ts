import { expect } from 'chai';
import { connectors } from '../../../src/connectors/registry.js';
import type { ServiceType } from '../../../src/domain/credentials/serviceType.js';
import { BrokerError } from '../../../src/domain/errors.js';
import { checkRules } from '../../../src/domain/services/fieldRules.js';
import { allCases } from '../../conformance/allCases.js';
import { connector, merge } from '../../support/cases/mergeForms.js';
import { makeSelfSigned } from '../../support/services/selfSigned.js';

const id = '0f1e2d3c-4b5a-4968-8776-655443322110';
const own = makeSelfSigned();
const other = makeSelfSigned();
const kubeconfig = (user: object) =>
  JSON.stringify({
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://k' } }],
    users: [{ name: 'u', user }],
  });

/** Values of each service that break no rule; those that differ stand in the tables below. */
const GOOD: Record<ServiceType, Record<string, string>> = {
  proxmox: { host: 'h', user: 'broker@pve', token_name: 'glassdome', token_value: id },
  vmware: { host: 'h', user: 'root', password: 'p' },
  hyperv: { host: 'h', user: 'HOST\\broker', password: 'p' },
  azure: { tenant_id: id, client_id: id, subscription_id: id, client_secret: 'Ab18Q~x' },
  aws: {
    access_key_id: 'AKIAIOSFODNN7EXAMPLE',
    secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'eu-west-1',
  },
  google_cloud: {},
  openai: { api_key: 'sk-proj-x' },
  anthropic: { api_key: 'sk-ant-api03-x' },
  langchain: { api_key: 'lsv2_sk_x' },
  kubernetes: { server_url: 'https://k', token: 'a.b.c' },
  docker_swarm: { host: 'h', client_cert_pem: own.cert, client_key_pem: own.key },
  prometheus: { base_url: 'https://p', username: 'u', password: 'p' },
  grafana: { base_url: 'https://g', token: 'glsa_x' },
  other: { key: 'k' },
};

function problems(type: ServiceType, fields: Record<string, string | undefined>): string[] {
  const given = Object.fromEntries(
    Object.entries({ ...GOOD[type], ...fields }).filter(([, text]) => text !== undefined),
  ) as Record<string, string>;
  try {
    checkRules(connector(type), merge(type, given).values);
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    for (const [name, text] of Object.entries(fields))
      if (text !== undefined && text.length > 7 && !['auth_method', 'tls_mode'].includes(name))
        expect(error.detail, name).to.not.contain(text);
    return error.fields.map(({ field, rule }) => `${field} ${rule}`);
  }
  return [];
}

const refused: [type: ServiceType, what: string, fields: Record<string, string | undefined>, told: string][] =
  [
    ['proxmox', 'a user without its realm', { user: 'apex' }, 'fields.user must be name@realm'],
    [
      'proxmox',
      'a user that is too long',
      { user: `${'a'.repeat(61)}@pve` },
      'fields.user must be name@realm',
    ],
    ['proxmox', 'a name that is none', { token_name: '9 lives' }, 'fields.token_name must be a letter, then'],
    [
      'proxmox',
      'an ID without its user',
      { token_id: 'glassdome' },
      'fields.token_id must be user@realm!name',
    ],
    ['proxmox', 'half a token', { token_value: `gd=${id}` }, 'fields.token_value must be only the secret'],
    [
      'azure',
      'a tenant in words',
      { tenant_id: 'My Company' },
      'fields.tenant_id must be an ID or a verified',
    ],
    ['azure', 'a subscription in words', { subscription_id: 'lab' }, 'fields.subscription_id must be an ID'],
    ['azure', 'a client in words', { client_id: 'glassdome' }, 'fields.client_id must be an ID'],
    [
      'azure',
      'a secret with a blank',
      { client_secret: 'Ab18Q~ hunter22' },
      'fields.client_secret must be one',
    ],
    ['aws', 'a key of another form', { access_key_id: 'AKIASHORT' }, 'fields.access_key_id must be AKIA'],
    [
      'aws',
      'a secret in place of the ID',
      { access_key_id: 'wJalrXUtnFEMI/K7M' },
      'fields.access_key_id must be',
    ],
    ['aws', 'a temporary key alone', { access_key_id: 'ASIAIOSFODNN7EXAMPLE' }, 'requires its session_token'],
    ['aws', 'a secret that was cut', { secret_access_key: 'wJalrXUtnFEMI' }, 'must be 40 characters'],
    ['aws', 'a region that leads elsewhere', { region: 'evil.example/#' }, 'fields.region must be a region'],
    ['aws', 'a role by its name', { assume_role_arn: 'admin' }, 'fields.assume_role_arn must be the ARN'],
    [
      'google_cloud',
      'no JSON',
      { service_account_json: 'hunter22' },
      'can’t be used: the key file is not JSON',
    ],
    [
      'google_cloud',
      'JSON of another kind',
      { service_account_json: '{"type":"user"}' },
      'this is not the key file',
    ],
    [
      'google_cloud',
      'a file without its key',
      { service_account_json: '{"type":"service_account"}' },
      'client_email or private_key_id of the key file is damaged',
    ],
    [
      'google_cloud',
      'a file that leads elsewhere',
      { service_account_json: '{"type":"service_account","token_uri":"https://evil.example/"}' },
      'token address in the key file is not Google’s',
    ],
    ['openai', 'a key with a blank', { api_key: 'sk-half and half' }, 'fields.api_key must be one word'],
    ['openai', 'an Anthropic key', { api_key: 'sk-ant-api03-x' }, 'this is an Anthropic key'],
    ['openai', 'an admin key', { api_key: 'sk-admin-x' }, 'must be a project key'],
    ['anthropic', 'a key of OpenAI', { api_key: 'sk-proj-x' }, 'this is an OpenAI key'],
    ['anthropic', 'an admin key', { api_key: 'sk-ant-admin01-x' }, 'must be an API key'],
    ['langchain', 'a key of the old kind', { api_key: 'ls__0123' }, 'fields.api_key must be a current key'],
    ['langchain', 'a workspace by its name', { workspace_id: 'Lab' }, 'fields.workspace_id must be an ID'],
    ['kubernetes', 'a token in two lines', { token: 'a.b\n.c' }, 'fields.token must be one word'],
    ['kubernetes', 'a namespace that is none', { namespace: 'Lab!' }, 'fields.namespace must be the name'],
    ...['exec', 'auth-provider', 'tokenFile', 'client-key'].map(
      (key): [ServiceType, string, Record<string, string | undefined>, string] => [
        'kubernetes',
        `a kubeconfig with ${key}`,
        {
          auth_method: 'kubeconfig',
          kubeconfig: kubeconfig({ [key]: { command: 'x' } }),
          token: undefined,
          server_url: undefined,
        },
        `fields.kubeconfig can’t be used: the kubeconfig ${/^(exec|auth)/.test(key) ? 'uses' : 'names a file in'} ${key}`,
      ],
    ),
    [
      'docker_swarm',
      'a certificate that is none',
      { client_cert_pem: 'cert.pem' },
      'must be a certificate in PEM',
    ],
    [
      'docker_swarm',
      'a key that is none',
      { client_key_pem: 'key.pem' },
      'must be a private key in PEM form',
    ],
    [
      'docker_swarm',
      'another one’s key',
      { client_key_pem: other.key },
      'must be the key of client_cert_pem',
    ],
    [
      'docker_swarm',
      'a CA key that is none',
      { ca_key_pem: 'ca-key.pem' },
      'must be a private key in PEM form',
    ],
    [
      'docker_swarm',
      'a CA that is missing',
      { tls_mode: 'custom_ca' },
      'fields.ca_cert_pem is required while tls_mode is custom_ca',
    ],
    ['prometheus', 'a name with a colon', { username: 'a:b' }, 'fields.username must not contain ":"'],
    [
      'prometheus',
      'a fingerprint that is none',
      { tls_fingerprint_sha256: 'ab:cd' },
      'must be 32 pairs of hex',
    ],
    ['grafana', 'a Grafana Cloud token', { token: 'glc_eyJvIjoi' }, 'must be a service account token'],
    ['grafana', 'a token with a blank', { token: 'glsa_x y' }, 'fields.token must be one word'],
    [
      'hyperv',
      'a name with a colon, by Basic',
      { auth_method: 'basic', user: 'a:b' },
      'must not contain ":"',
    ],
  ];

describe('what a service could never take is refused before it is stored', () => {
  for (const [type, what, fields, told] of refused)
    it(`${type}: ${what}`, () => {
      const [first, ...rest] = problems(type, fields);
      expect(first).to.contain(told);
      expect(rest).to.deep.equal([]);
    });

  const taken: [type: ServiceType, what: string, fields: Record<string, string | undefined>][] = [
    ['proxmox', 'a secret that stands for one', { token_value: '<secret>' }],
    ['proxmox', 'the user of the product owner’s form', { user: 'root@pam' }],
    ['azure', 'a tenant by its domain', { tenant_id: 'contoso.onmicrosoft.com' }],
    ['aws', 'a temporary key', { access_key_id: 'ASIAIOSFODNN7EXAMPLE', session_token: 'FQoG==' }],
    [
      'aws',
      'another one’s keys',
      { access_key_id: 'minio', secret_access_key: 'k', endpoint_url: 'https://m' },
    ],
    ['openai', 'another one’s keys', { api_key: 'sk-ant-x', base_url: 'https://proxy' }],
    ['kubernetes', 'a kubeconfig', { auth_method: 'kubeconfig', kubeconfig: kubeconfig({ token: 't' }) }],
  ];
  for (const [type, what, fields] of taken)
    it(`${type}: but not ${what}`, () => expect(problems(type, fields)).to.deep.equal([]));

  for (const { serviceType } of connectors)
    if (serviceType !== 'google_cloud')
      it(`${serviceType}: and nothing that is in order`, () =>
        expect(problems(serviceType, {})).to.deep.equal([]));

  it('nor what the conformance suite proves to work', async () => {
    for (const cases of allCases) {
      const simulator = await cases.simulator();
      try {
        expect(() =>
          checkRules(connector(cases.serviceType), merge(cases.serviceType, cases.fields(simulator)).values),
        ).to.not.throw();
      } finally {
        await simulator.close();
      }
    }
  });
});

describe('what an import stored as it was', () => {
  const current = merge('azure', { ...GOOD.azure, tenant_id: 'not yet known' }, { exact: true }).values;
  const change = (given: Record<string, string>) => {
    const { values, changed } = merge('azure', given, { current });
    return () => checkRules(connector('azure'), values, { current, changed });
  };
  it('stays while other fields change', () => expect(change({ region: 'eastus' })).to.not.throw());
  it('may be put in order', () => expect(change({ tenant_id: id })).to.not.throw());
  it('may not be changed for another wrong one', () => expect(change({ tenant_id: 'still not' })).to.throw());
});
