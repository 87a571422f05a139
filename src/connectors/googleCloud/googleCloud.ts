import type { Connector } from '../../domain/services/connector.js';
import { matching, readable, rulesOf } from '../fieldRules.js';
import { PROJECT_ID, testGoogleCloud } from './googleCloudProbe.js';
import { keyFile } from './googleKeyFile.js';

/** Google Cloud: the JSON key of a service account. */
export const googleCloud: Connector = {
  serviceType: 'google_cloud',
  shortName: 'Google Cloud',
  template: {
    service_type: 'google_cloud',
    title: 'Google Cloud',
    docs_url: 'https://cloud.google.com/iam/docs/keys-create-delete',
    required_fields: [
      {
        name: 'service_account_json',
        type: 'secret_text',
        label: 'Key file (JSON)',
        help: 'The complete file as downloaded.',
      },
    ],
    optional_fields: [
      {
        name: 'project_id',
        type: 'text',
        label: 'Project ID',
        help: 'Default: the project in the key file.',
      },
      { name: 'region', type: 'text', label: 'Default region' },
      {
        name: 'scopes',
        type: 'text',
        label: 'Scopes',
        default: 'https://www.googleapis.com/auth/cloud-platform',
        help: 'Separated by spaces.',
      },
    ],
  },
  schemes: ['https'],
  destinationFields: [],
  steersNothing: ['project_id', 'region', 'scopes'],
  rules: rulesOf({
    service_account_json: readable(keyFile),
    project_id: matching(PROJECT_ID, 'must be the ID of a project, not its name or number'),
    scopes: matching(/^[!-~]+( +[!-~]+)*$/, 'must be scopes, separated by spaces'),
  }),
  envNames: {
    GOOGLE_CREDENTIALS: 'service_account_json',
    GOOGLE_CLOUD_PROJECT: 'project_id',
    GOOGLE_CLOUD_REGION: 'region',
  },
  envAliases: {
    GCP_SERVICE_ACCOUNT_JSON: 'GOOGLE_CREDENTIALS',
    GCP_PROJECT_ID: 'GOOGLE_CLOUD_PROJECT',
    GCP_REGION: 'GOOGLE_CLOUD_REGION',
  },
  test: testGoogleCloud,
  guide: {
    create: [
      'IAM & Admin → Service accounts: create a separate account for Glassdome and give it roles on the project.',
      'Keys → Add key → JSON: the file is downloaded once; store its whole text.',
    ],
    permissions:
      'None for the test itself; resourcemanager.projects.get shows the project, iam.serviceAccountKeys.list the expiry of the key.',
    test: 'Exchanges a signed assertion for a token, which is discarded, then reads the project and the expiry of the key.',
  },
};
