import type { Connector } from '../domain/template.js';

/** Anthropic: an API key. */
export const anthropic: Connector = {
  serviceType: 'anthropic',
  shortName: 'Anthropic',
  template: {
    service_type: 'anthropic',
    title: 'Anthropic',
    docs_url: 'https://console.anthropic.com/settings/keys',
    required_fields: [
      { name: 'api_key', type: 'password', label: 'API Key' },
      {
        name: 'model',
        type: 'select',
        label: 'Default Model',
        options: ['claude-3-opus', 'claude-3-sonnet', 'claude-3-haiku'],
      },
    ],
    optional_fields: [
      { name: 'base_url', type: 'text', label: 'Base URL', default: 'https://api.anthropic.com' },
    ],
  },
  destinationFields: ['base_url'],
  envNames: { ANTHROPIC_API_KEY: 'api_key', ANTHROPIC_BASE_URL: 'base_url' },
  envAliases: {},
};
