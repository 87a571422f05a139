import type { Connector } from '../domain/template.js';

/** Azure: a service principal with a client secret. */
export const azure: Connector = {
  serviceType: 'azure',
  shortName: 'Azure',
  template: {
    service_type: 'azure',
    title: 'Microsoft Azure',
    docs_url: 'https://learn.microsoft.com/entra/identity-platform/howto-create-service-principal-portal',
    required_fields: [
      { name: 'subscription_id', type: 'text', label: 'Subscription ID' },
      { name: 'client_id', type: 'text', label: 'Client ID' },
      { name: 'client_secret', type: 'password', label: 'Client Secret' },
      { name: 'tenant_id', type: 'text', label: 'Tenant ID' },
    ],
    optional_fields: [
      { name: 'region', type: 'text', label: 'Default region', default: 'eastus' },
      { name: 'resource_group', type: 'text', label: 'Resource group', default: 'glassdome-rg' },
      { name: 'cloud', type: 'select', label: 'Cloud', options: ['public', 'usgov', 'china'], strict: true },
    ],
  },
  destinationFields: ['cloud'],
  envNames: {
    AZURE_SUBSCRIPTION_ID: 'subscription_id',
    AZURE_TENANT_ID: 'tenant_id',
    AZURE_CLIENT_ID: 'client_id',
    AZURE_CLIENT_SECRET: 'client_secret',
    AZURE_REGION: 'region',
    AZURE_RESOURCE_GROUP: 'resource_group',
  },
  envAliases: {},
};
