import type { Connector } from '../../domain/services/connector.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsRules } from '../common/tlsFields.js';
import { basicName, each, matching, oneWord, rulesOf } from '../fieldRules.js';
import { testGrafana } from './grafanaProbe.js';

/** Grafana: a service-account token (preferred) or a user with a password. */
export const grafana: Connector = {
  serviceType: 'grafana',
  template: {
    service_type: 'grafana',
    title: 'Grafana',
    docs_url: 'https://grafana.com/docs/grafana/latest/administration/service-accounts/',
    required_fields: [
      { name: 'base_url', type: 'text', label: 'Address, with its subpath' },
      {
        name: 'auth_method',
        type: 'select',
        label: 'Authentication',
        options: ['service_account_token', 'basic'],
      },
    ],
    conditional_fields: {
      'auth_method=service_account_token': [{ name: 'token', type: 'password', label: 'Token' }],
      'auth_method=basic': [
        { name: 'username', type: 'text', label: 'Username' },
        { name: 'password', type: 'password', label: 'Password' },
      ],
    },
    optional_fields: [
      { name: 'org_id', type: 'integer', label: 'Organization ID' },
      {
        name: 'token_id',
        type: 'integer',
        label: 'ID of the token',
        help: 'Used to find the expiry of the token when the account has several.',
      },
      ...brokerTlsFields,
    ],
    secret_guards: [
      { pattern: '\\b(glsa_|glc_|eyJrIjoi)', rule: 'must not contain a secret; put it in token' },
    ],
  },
  destinationFields: ['base_url', ...brokerTlsDestinationFields],
  steersNothing: ['username', 'org_id', 'token_id'],
  rules: rulesOf({
    ...tlsRules,
    token: each(
      oneWord,
      matching(
        /^(?!glc_)/,
        'must be a service account token (glsa_…); glc_ is an access policy token of Grafana Cloud',
      ),
    ),
    username: basicName,
  }),
  envNames: {
    GRAFANA_URL: 'base_url',
    GRAFANA_TOKEN: 'token',
    GRAFANA_USER: 'username',
    GRAFANA_PASSWORD: 'password',
    GRAFANA_ORG_ID: 'org_id',
  },
  envAliases: { GRAFANA_API_KEY: 'GRAFANA_TOKEN', GRAFANA_USERNAME: 'GRAFANA_USER' },
  test: testGrafana,
  guide: {
    create: [
      'Administration → Users and access → Service accounts: add an account with the role that it needs.',
      'Add a token to it, with an expiry date, and copy it; it is shown once.',
    ],
    permissions:
      'None for the test itself; serviceaccounts:read on the account shows when its token expires.',
    test: 'Requests the health without the token, then the effective permissions, the organization and the expiry of the token.',
  },
};
