import type { Connector } from '../domain/template.js';

/** OpenAI: a project key. */
export const openai: Connector = {
  serviceType: 'openai',
  shortName: 'OpenAI',
  template: {
    service_type: 'openai',
    title: 'OpenAI',
    docs_url: 'https://platform.openai.com/api-keys',
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
    optional_fields: [
      { name: 'project', type: 'text', label: 'Project ID' },
      { name: 'base_url', type: 'text', label: 'Base URL', default: 'https://api.openai.com/v1' },
    ],
  },
  destinationFields: ['base_url'],
  envNames: {
    OPENAI_API_KEY: 'api_key',
    OPENAI_ORG_ID: 'organization',
    OPENAI_PROJECT_ID: 'project',
    OPENAI_BASE_URL: 'base_url',
  },
  envAliases: { OPENAI_ORGANIZATION: 'OPENAI_ORG_ID' },
};
