import { expect } from 'chai';
import { connectorOf, connectors } from '../../../src/connectors/registry.js';
import type { ServiceType } from '../../../src/domain/credentials/serviceType.js';
import type { Template } from '../../../src/domain/credentials/template.js';

/** The forms as the product owner wrote them. Clients build on them, so they may grow but not change. */
const OWNERS_FORMS: Pick<Template, 'service_type' | 'required_fields' | 'conditional_fields'>[] = [
  {
    service_type: 'proxmox',
    required_fields: [
      { name: 'host', type: 'text', label: 'Proxmox Host' },
      { name: 'user', type: 'text', label: 'Username', default: 'root@pam' },
      { name: 'auth_method', type: 'select', label: 'Authentication', options: ['password', 'api_token'] },
    ],
    conditional_fields: {
      'auth_method=password': [{ name: 'password', type: 'password', label: 'Password' }],
      'auth_method=api_token': [
        { name: 'token_name', type: 'text', label: 'Token Name' },
        { name: 'token_value', type: 'password', label: 'Token Secret' },
      ],
    },
  },
  {
    service_type: 'azure',
    required_fields: [
      { name: 'subscription_id', type: 'text', label: 'Subscription ID' },
      { name: 'client_id', type: 'text', label: 'Client ID' },
      { name: 'client_secret', type: 'password', label: 'Client Secret' },
      { name: 'tenant_id', type: 'text', label: 'Tenant ID' },
    ],
  },
  {
    service_type: 'aws',
    required_fields: [
      { name: 'access_key_id', type: 'text', label: 'Access Key ID' },
      { name: 'secret_access_key', type: 'password', label: 'Secret Access Key' },
      {
        name: 'region',
        type: 'select',
        label: 'Default Region',
        options: ['us-east-1', 'us-west-2', 'eu-west-1'],
      },
    ],
  },
  {
    service_type: 'openai',
    required_fields: [
      { name: 'api_key', type: 'password', label: 'API Key' },
      {
        name: 'model',
        type: 'select',
        label: 'Default Model',
        options: ['gpt-4', 'gpt-4-turbo', 'gpt-3.5-turbo'],
      },
      { name: 'organization', type: 'text', label: 'Organization ID (optional)', required: false },
    ],
  },
  {
    service_type: 'anthropic',
    required_fields: [
      { name: 'api_key', type: 'password', label: 'API Key' },
      {
        name: 'model',
        type: 'select',
        label: 'Default Model',
        options: ['claude-3-opus', 'claude-3-sonnet', 'claude-3-haiku'],
      },
    ],
  },
];

const formOf = (serviceType: ServiceType): Template | undefined => connectorOf(serviceType)?.template;

describe("templates keep the product owner's forms", () => {
  for (const owners of OWNERS_FORMS) {
    it(`${owners.service_type}: required and conditional fields are exactly those`, () => {
      const form = formOf(owners.service_type);
      expect(form?.service_type).to.equal(owners.service_type);
      expect(form?.required_fields).to.deep.equal(owners.required_fields);
      expect(form?.conditional_fields).to.deep.equal(owners.conditional_fields);
    });
  }

  it('"other" takes any field', () => {
    expect(formOf('other')).to.include({ free_form: true });
    expect(formOf('other')?.required_fields).to.deep.equal([]);
  });
});

describe('each connector agrees with its own form', () => {
  it('stands in the registry once', () => {
    const types = connectors.map(({ template }) => template.service_type);
    expect(new Set(types).size).to.equal(types.length);
    expect(types).to.deep.equal(connectors.map((connector) => connector.serviceType));
  });

  for (const connector of connectors) {
    it(`${connector.serviceType}: names no field twice and no field that is not there`, () => {
      const { template } = connector;
      const conditional = Object.values(template.conditional_fields ?? {}).flat();
      // The same field may stand under several conditions.
      const specs = [
        ...template.required_fields,
        ...new Set(conditional),
        ...(template.optional_fields ?? []),
      ];
      const names = specs.map((spec) => spec.name);
      expect(new Set(names).size).to.equal(names.length);
      expect(names).to.include.members(Object.values(connector.envNames));
      if (!template.free_form) expect(names).to.include.members([...connector.destinationFields]);
    });

    it(`${connector.serviceType}: every other spelling leads to a variable it knows`, () => {
      expect(Object.keys(connector.envNames)).to.include.members(Object.values(connector.envAliases));
    });
  }
});
