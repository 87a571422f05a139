import type { Connector } from '../../domain/services/connector.js';
import { brokerTlsDestinationFields, brokerTlsFields } from '../common/tlsFields.js';
import { declaresTest, testOther } from './otherProbe.js';

/** Anything else: free names and values, each marked secret or not. Its known variables stand in `otherFamilies.ts`. */
export const other: Connector = {
  serviceType: 'other',
  // FastCGI by default, and the usual port of MinIO, Portainer, SonarQube and others that speak HTTP.
  ports: [9000],
  template: {
    service_type: 'other',
    title: 'Other',
    required_fields: [],
    optional_fields: [
      {
        name: 'test_url',
        type: 'text',
        label: 'Test URL',
        help: 'If omitted, the credential is not tested. Must not contain a secret.',
      },
      {
        name: 'test_method',
        type: 'select',
        label: 'Method',
        options: ['GET', 'POST', 'HEAD'],
        strict: true,
      },
      {
        name: 'test_headers',
        type: 'multiline',
        label: 'Headers of the test request',
        help: 'One per line, with fields in braces: Authorization: Bearer {api_key}, or Basic {base64:user:password}.',
      },
      {
        name: 'test_status',
        type: 'integer',
        label: 'Expected status',
        help: 'Default: any 2xx.',
      },
      ...brokerTlsFields,
    ],
    free_form: true,
  },
  destinationFields: [
    'host',
    'port',
    'ssh_port',
    'url',
    'base_url',
    'api_url',
    'endpoint',
    'imap_host',
    'smtp_host',
    'smtp_port',
    'verify_ssl',
    'test_url',
    'test_method',
    'test_headers',
    ...brokerTlsDestinationFields,
  ],
  steersNothing: [],
  envNames: {},
  envAliases: {},
  test: testOther,
  testable: declaresTest,
  guide: {
    create: [
      'See the documentation of the service; store each value as a field and mark those that are not secret.',
    ],
    permissions: 'The permissions that the declared request needs.',
    test: 'Sends the declared request, first without its secrets, which must be refused, then with them. Nothing without test_url.',
  },
};
