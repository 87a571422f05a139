import type { Connector } from '../../domain/services/connector.js';
import { optional, setting } from '../common/probing.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsRules } from '../common/tlsFields.js';
import { each, matching, oneWord, type Rule, rulesOf } from '../fieldRules.js';
import { testAws } from './awsProbe.js';
import { REGION } from './awsRegions.js';

/**
 * Where a name may begin: at the start, or behind one of the first 60 line ends, commas, semicolons and braces of the
 * section. Each step takes exactly one of them, so that no text makes the search long.
 */
const START = '(?:[^\\n,;{\\[]*[\\n,;{]){0,60}[^\\S\\n]*(?:export[^\\S\\n]+)?["\']?';
const SET = '["\']?[^\\S\\n]*[=:]';

/** `name = value`, `export NAME="value"` or JSON, anywhere in the section; an empty group if it is absent. */
const line = (names: string) => `(?:(?=${START}(?:${names})${SET}[^\\S\\n]*["']?([^\\s"',;]+))|)`;

/** A section of `~/.aws/credentials`, `export AWS_…` lines or what `aws configure export-credentials` shows, in any order. */
const PROFILE = {
  pattern: [
    '^(?:[^\\S\\n]*(?:#[^\\n]*)?\\n)*(?:[^\\S\\n]*\\[[^\\]\\n]*\\])?',
    `(?=${START}(?:aws_|AWS_|AccessKey|SecretAccessKey)\\w*${SET})`,
    line('aws_access_key_id|AWS_ACCESS_KEY_ID|AccessKeyId'),
    line('aws_secret_access_key|AWS_SECRET_ACCESS_KEY|SecretAccessKey'),
    line('aws_session_token|AWS_SESSION_TOKEN|SessionToken'),
    line('region|AWS_REGION|AWS_DEFAULT_REGION'),
  ].join(''),
  into: ['access_key_id', 'secret_access_key', 'session_token', 'region'],
};

/** AWS's own keys have a form; another endpoint may issue others. */
const ofAws =
  (rule: Rule): Rule =>
  (text, values) =>
    setting(values, 'endpoint_url') === undefined ? rule(text, values) : undefined;

const withSessionToken: Rule = (id, values) =>
  id.startsWith('ASIA') && optional(values, 'session_token') === undefined
    ? 'is a temporary key (ASIA…), which requires its session_token'
    : undefined;

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
      { name: 'assume_role_arn', type: 'text', label: 'Role to assume (ARN)' },
      { name: 'external_id', type: 'password', label: 'External ID of that role' },
      {
        name: 'endpoint_url',
        type: 'text',
        label: 'Endpoint',
        help: 'Replaces sts.<region>.amazonaws.com, for a private endpoint.',
      },
      ...brokerTlsFields,
    ],
    paste_forms: ['access_key_id', 'secret_access_key', 'session_token'].map((field) => ({
      field,
      ...PROFILE,
    })),
    secret_guards: [
      {
        pattern: 'secret_?access_?key|session_?token|aws_access_key_id',
        rule: 'must not contain other fields; paste one whole profile into access_key_id',
      },
      { pattern: '[\\s=]', fields: ['access_key_id', 'region'], rule: 'must be one word' },
    ],
  },
  destinationFields: ['endpoint_url', ...brokerTlsDestinationFields],
  steersNothing: ['access_key_id', 'default_vpc', 'assume_role_arn'],
  rules: rulesOf({
    ...tlsRules,
    access_key_id: each(
      matching(/^\w{4,128}$/, 'must be letters and digits'),
      ofAws(
        each(
          matching(
            /^(?!A(IDA|ROA|GPA|IPA|NPA|NVA|PKA|SCA))/,
            'must be the ID of an access key, such as AKIA…; this is another kind of ID',
          ),
          matching(/^[A-Z0-9]{16,128}$/, 'must be AKIA or ASIA and 16 letters and digits'),
        ),
      ),
      withSessionToken,
    ),
    secret_access_key: each(
      oneWord,
      ofAws(matching(/^[A-Za-z0-9/+=]{40}$/, 'must be 40 characters of A-Z, a-z, 0-9, /, + and =')),
    ),
    session_token: oneWord,
    region: matching(REGION, 'must be a region such as eu-west-1'),
    assume_role_arn: matching(
      /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
      'must be the ARN of a role, such as arn:aws:iam::123456789012:role/lab',
    ),
  }),
  envNames: {
    AWS_ACCESS_KEY_ID: 'access_key_id',
    AWS_SECRET_ACCESS_KEY: 'secret_access_key',
    AWS_SESSION_TOKEN: 'session_token',
    AWS_REGION: 'region',
  },
  envAliases: { AWS_DEFAULT_REGION: 'AWS_REGION' },
  test: testAws,
  guide: {
    create: [
      'IAM → Users: add a separate user for Glassdome, with a policy for the resources it uses.',
      'Security credentials → Create access key; the secret is shown once.',
    ],
    permissions:
      'None: every key can request its own identity. sts:AssumeRole on the role, if one is set; iam:ListAttachedUserPolicies on itself lets the test detect administrator keys.',
    test: 'Calls GetCallerIdentity; AssumeRole, if a role is set (the temporary key is discarded); and lists the user’s policies, if allowed.',
  },
};
