import type { Connector } from '../domain/template.js';

/** AWS: an access key of an IAM user, or a temporary one with its session token. */
export const aws: Connector = {
  serviceType: 'aws',
  shortName: 'AWS',
  template: {
    service_type: 'aws',
    title: 'Amazon Web Services',
    docs_url: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html',
    required_fields: [
      { name: 'access_key_id', type: 'text', label: 'Access Key ID' },
      { name: 'secret_access_key', type: 'password', label: 'Secret Access Key' },
      {
        name: 'region',
        type: 'select',
        label: 'Default Region',
        options: ['us-east-1', 'us-west-2', 'eu-west-1'],
      },
    ],
    optional_fields: [
      { name: 'session_token', type: 'password', label: 'Session token (temporary keys)' },
      { name: 'default_vpc', type: 'boolean', label: 'Use the default VPC', default: 'true' },
    ],
  },
  destinationFields: [],
  envNames: {
    AWS_ACCESS_KEY_ID: 'access_key_id',
    AWS_SECRET_ACCESS_KEY: 'secret_access_key',
    AWS_SESSION_TOKEN: 'session_token',
    AWS_REGION: 'region',
  },
  envAliases: { AWS_DEFAULT_REGION: 'AWS_REGION' },
};
