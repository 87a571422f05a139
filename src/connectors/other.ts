import type { Connector } from '../domain/template.js';

/** Anything else: free names and values, each marked secret or not. */
export const other: Connector = {
  serviceType: 'other',
  template: { service_type: 'other', title: 'Other', required_fields: [], optional_fields: [], free_form: true },
  destinationFields: ['host', 'port', 'url', 'base_url', 'api_url', 'endpoint'],
  envNames: {},
  envAliases: {
    GOOGLE_SEARCH_API: 'GOOGLE_SEARCH_API_KEY',
    MAILCOW_API_KEY: 'MAIL_API',
    MAILCOW_KEY: 'MAIL_API',
    MAILCOW_URL: 'MAILCOW_API_URL',
    OVERSEER_MAIL_PASSWORD: 'OVERSEER_PASSWORD',
    UBIQUITY_KEY: 'UBIQUITI_API_KEY',
  },
};
