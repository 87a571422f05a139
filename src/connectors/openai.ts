import type { Connector } from '../domain/template.js';

/** OpenAI: a project key. */
export const openai: Connector = {
  serviceType: 'openai',
  template: {
    service_type: 'openai',
    title: 'OpenAI',
    docs_url: 'https://platform.openai.com/api-keys',
    required_fields: [
      { name: 'api_key', type: 'password', label: 'API Key' },
      { name: 'model', type: 'select', label: 'Default Model', options: ['gpt-4', 'gpt-4-turbo', 'gpt-3.5-turbo'] },
      { name: 'organization', type: 'text', label: 'Organization ID (optional)', required: false },
    ],
    optional_fields: [{ name: 'base_url', type: 'text', label: 'Base URL' }],
  },
  destinationFields: ['base_url'],
  envNames: { OPENAI_API_KEY: 'api_key' },
  envAliases: {},
};
