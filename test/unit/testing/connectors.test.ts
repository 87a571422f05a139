import { expect } from 'chai';
import { envVocabulary } from '../../../src/connectors/envNames.js';
import { connectorOf, connectors } from '../../../src/connectors/registry.js';
import type { ServiceType } from '../../../src/domain/credentials/serviceType.js';
import { allFields, isSecretField } from '../../../src/domain/credentials/templateFields.js';

/** Parameters of Glassdome's client constructors: a credential can be handed over under these names. */
const CLIENT_PARAMETERS: Partial<Record<ServiceType, string[]>> = {
  proxmox: [
    'host',
    'user',
    'password',
    'token_name',
    'token_value',
    'verify_ssl',
    'default_node',
    'default_storage',
  ],
  vmware: [
    'host',
    'user',
    'password',
    'port',
    'verify_ssl',
    'datacenter_name',
    'datastore_name',
    'network_name',
  ],
  aws: ['access_key_id', 'secret_access_key', 'region', 'default_vpc'],
  azure: ['subscription_id', 'tenant_id', 'client_id', 'client_secret', 'region', 'resource_group'],
  openai: ['api_key', 'model', 'base_url'],
  anthropic: ['api_key', 'model'],
};

describe('every connector is whole', () => {
  for (const connector of connectors) {
    const { template, serviceType } = connector;
    const fields = new Set(allFields(template).map((spec) => spec.name));

    it(`${serviceType} is found by its type and says so in its form`, () => {
      expect(template.service_type).to.equal(serviceType);
      expect(connectorOf(serviceType)).to.equal(connector);
    });

    it(`${serviceType} names only fields of its form`, () => {
      const named = [
        ...(template.free_form ? [] : connector.destinationFields),
        ...Object.values(connector.envNames),
        ...Object.keys(connector.numbered?.names ?? {}),
        ...(template.paste_forms ?? []).flatMap((form) => [form.field, ...form.into]),
      ];
      expect(named.filter((name) => !fields.has(name))).to.deep.equal([]);
    });

    it(`${serviceType} sends no secret by a field that is itself secret`, () => {
      if (template.free_form) return;
      expect(connector.destinationFields.filter((name) => isSecretField(template, name))).to.deep.equal([]);
    });

    it(`${serviceType} has what Glassdome's client is built from`, () => {
      expect(CLIENT_PARAMETERS[serviceType]?.filter((name) => !fields.has(name)) ?? []).to.deep.equal([]);
    });

    it(`${serviceType}'s aliases lead to its variables`, () => {
      for (const [alias, variable] of Object.entries(connector.envAliases)) {
        expect(connector.envNames, alias).to.have.property(variable);
        expect(envVocabulary.meaningOf(alias)?.canonical).to.equal(variable);
      }
    });
  }
});
