import type { Connector } from '../domain/template.js';

/** Anything else: free names and values, each marked secret or not. Its known variables stand in `otherFamilies.ts`. */
export const other: Connector = {
  serviceType: 'other',
  template: {
    service_type: 'other',
    title: 'Other',
    required_fields: [],
    optional_fields: [],
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
  ],
  envNames: {},
  envAliases: {},
};
