import type { Connector } from '../../domain/services/connector.js';
import { certificateRules, clientCertificateFields } from '../common/tlsFields.js';
import { GUID, guid, oneWord, rulesOf } from '../fieldRules.js';
import { testAzure } from './azureProbe.js';
import { DOMAIN } from './azureToken.js';

/** Azure: a service principal with a client secret, or with a certificate in its place. */
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
      ...clientCertificateFields,
      { name: 'region', type: 'text', label: 'Default region', default: 'eastus' },
      { name: 'resource_group', type: 'text', label: 'Resource group', default: 'glassdome-rg' },
      { name: 'cloud', type: 'select', label: 'Cloud', options: ['public', 'usgov', 'china'], strict: true },
    ],
    alternatives: { client_secret: ['client_cert_pem', 'client_key_pem'] },
  },
  schemes: ['https'],
  destinationFields: ['cloud'],
  steersNothing: ['subscription_id', 'client_id', 'client_cert_pem', 'region', 'resource_group'],
  rules: rulesOf({
    subscription_id: guid,
    client_id: guid,
    tenant_id: (text) =>
      GUID.test(text) || DOMAIN.test(text)
        ? undefined
        : 'must be an ID or a verified domain, as shown in the overview of Entra ID',
    client_secret: oneWord,
    ...certificateRules,
  }),
  envNames: {
    AZURE_SUBSCRIPTION_ID: 'subscription_id',
    AZURE_TENANT_ID: 'tenant_id',
    AZURE_CLIENT_ID: 'client_id',
    AZURE_CLIENT_SECRET: 'client_secret',
    AZURE_REGION: 'region',
    AZURE_RESOURCE_GROUP: 'resource_group',
  },
  envAliases: {},
  test: testAzure,
  guide: {
    create: [
      'Microsoft Entra ID → App registrations: register an application; note client and tenant ID.',
      'Certificates & secrets → New client secret: copy its Value, not the Secret ID; it is shown once. Or upload a certificate there and store it with its RSA key.',
      'Subscriptions → Access control (IAM): give the application a role, e.g. Contributor on the resource group.',
    ],
    permissions:
      'Reader on the subscription or a resource group of it; Application.ReadWrite.OwnedBy in Graph shows when the secret expires.',
    test: 'Gets a token with the secret or an assertion signed with the certificate’s key, reads the subscription and its permissions there, and reads the expiry of the secret from Graph, if allowed.',
  },
};
