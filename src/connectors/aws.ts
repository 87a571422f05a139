import aws4 from 'aws4';
import type { FieldValues } from '../domain/fields.js';
import type { OutboundAnswer, Probe } from '../domain/outbound.js';
import type { Connector } from '../domain/template.js';
import { ended, type Finding, foreignText, type TestWarning } from '../domain/testResult.js';
import {
  baseUrl,
  clocksDiffer,
  headerSafe,
  needed,
  notThisService,
  optional,
  rateLimited,
  setting,
  usualFinding,
} from './probing.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsOf, tlsWarnings } from './tlsFields.js';
import { xmlText } from './xmlText.js';

/** `name = value`, `export NAME="value"` or JSON, wherever it stands in the section; an empty group where it does not. */
const line = (names: string) => `(?:(?=[^\\[]*?(?:${names})["']?\\s*[=:]\\s*["']?([^\\s"',;]+))|)`;

/** A section of `~/.aws/credentials`, `export AWS_…` lines or what `aws configure export-credentials` shows, in any order. */
const PROFILE = {
  pattern: [
    '^\\s*(?:#[^\\n]*\\n\\s*)*(?:\\[[^\\]]*\\])?(?=[^\\[]*(?:aws_|AWS_|AccessKey)\\w*["\']?\\s*[=:])',
    line('aws_access_key_id|AWS_ACCESS_KEY_ID|AccessKeyId'),
    line('aws_secret_access_key|AWS_SECRET_ACCESS_KEY|SecretAccessKey'),
    line('aws_session_token|AWS_SESSION_TOKEN|SessionToken'),
    line('\\bregion|AWS_REGION|AWS_DEFAULT_REGION'),
  ].join(''),
  into: ['access_key_id', 'secret_access_key', 'session_token', 'region'],
};

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
        help: 'In place of sts.<region>.amazonaws.com, for a private endpoint.',
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
        rule: 'must not hold other fields; paste one whole profile into access_key_id',
      },
      { pattern: '[\\s=]', fields: ['access_key_id', 'region'], rule: 'must be one word' },
    ],
  },
  destinationFields: ['endpoint_url', ...brokerTlsDestinationFields],
  rules: {
    region: { pattern: /^[a-z]{2}(-[a-z]{2,12})+-\d{1,2}$/, rule: 'must be a region such as eu-west-1' },
  },
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
      'IAM → Users: add a user of its own for Glassdome, with a policy for what it works on.',
      'Security credentials → Create access key; the secret is shown once.',
    ],
    permissions: 'None: every key may ask whose it is. sts:AssumeRole on the role, if one is named.',
    test: 'GetCallerIdentity, signed; AssumeRole, if a role is named, whose temporary key is thrown away.',
  },
};

const NAME = 'AWS';

async function testAws(values: FieldValues, probe: Probe): Promise<Finding> {
  const url = endpointOf(values);
  const tls = tlsOf(values);
  const call = (action: Record<string, string>) => send(values, probe, url, action);
  const answer = await call({ Action: 'GetCallerIdentity' });
  const wrong = refusal(answer, probe.now());
  if (wrong !== undefined) return wrong;
  const [arn, account] = ['Arn', 'Account'].map((name) => foreignText(xmlText(answer.body, name), 200));
  if (arn === undefined || arn === '' || account === '') throw notThisService(NAME);
  const role = setting(values, 'assume_role_arn');
  if (role !== undefined) {
    const externalId = optional(values, 'external_id');
    const assumed = await call({
      Action: 'AssumeRole',
      RoleArn: role,
      RoleSessionName: 'glassdome-test',
      ...(externalId !== undefined && { ExternalId: externalId }),
    });
    const refused = refusal(assumed, probe.now());
    if (refused !== undefined) return { ...refused, identity: arn };
  }
  return {
    code: 'ok',
    advice: `${NAME} takes the key of ${arn}.`,
    identity: arn,
    warnings: [...tlsWarnings(url, tls), ...rootWarnings(arn)],
  };
}

/** A region becomes part of a host name, so it is looked at even when it came in by an import. */
function endpointOf(values: FieldValues): URL {
  const own = setting(values, 'endpoint_url');
  if (own !== undefined) return baseUrl(own);
  const region = regionOf(values);
  return new URL(`https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`);
}

function regionOf(values: FieldValues): string {
  const region = setting(values, 'region') ?? 'us-east-1';
  if (aws.rules?.['region']?.pattern.test(region)) return region;
  throw ended('misconfigured', 'The region is none of AWS’s; write one such as eu-west-1.');
}

async function send(
  values: FieldValues,
  probe: Probe,
  url: URL,
  action: Record<string, string>,
): Promise<OutboundAnswer> {
  const body = new URLSearchParams({ ...action, Version: '2011-06-15' }).toString();
  const sessionToken = optional(values, 'session_token');
  const signed = aws4.sign(
    {
      service: 'sts',
      region: regionOf(values),
      host: url.host,
      method: 'POST',
      path: url.pathname,
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'x-amz-date': probe
          .now()
          .toISOString()
          .replace(/[-:]|\.\d{3}/g, ''),
      },
      body,
    },
    {
      accessKeyId: headerSafe(needed(values, 'access_key_id').trim(), 'access key ID'),
      secretAccessKey: needed(values, 'secret_access_key').trim(),
      ...(sessionToken !== undefined && { sessionToken: headerSafe(sessionToken.trim(), 'session token') }),
    },
  );
  const headers = Object.fromEntries(
    Object.entries(signed.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  const { 'content-length': _length, ...rest } = headers;
  return probe.send({ method: 'POST', url, headers: rest, body, tls: tlsOf(values) });
}

const MEANING: Readonly<Record<string, Finding>> = {
  InvalidClientTokenId: {
    code: 'invalid_credential',
    advice: 'AWS does not know this access key, or it is inactive; activate it in IAM or make a new one.',
  },
  SignatureDoesNotMatch: {
    code: 'invalid_credential',
    advice: 'The secret does not belong to this access key; copy both again, or make a new key.',
  },
  ExpiredToken: {
    code: 'expired',
    advice: 'The temporary key’s time is over; get a new one with its session token.',
  },
  ExpiredTokenException: {
    code: 'expired',
    advice: 'The temporary key’s time is over; get a new one with its session token.',
  },
  RequestExpired: {
    code: 'clock_skew',
    advice: 'The clocks of the broker and AWS are minutes apart; set the broker’s by NTP.',
  },
  AccessDenied: {
    code: 'insufficient_permission',
    advice: 'The key is good, but may not do this; extend its policy in IAM.',
  },
};

function refusal(answer: OutboundAnswer, now: Date): Finding | undefined {
  const usual = usualFinding(answer, NAME);
  if (usual === undefined || answer.status >= 500) return usual;
  const code = foreignText(xmlText(answer.body, 'Code'), 80);
  if (/^(Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException)$/.test(code))
    return rateLimited(answer, NAME);
  if (code === 'SignatureDoesNotMatch' && clocksDiffer(answer, now)) return MEANING['RequestExpired'];
  const known = MEANING[code];
  if (known !== undefined) return known;
  return answer.status === 429 ? rateLimited(answer, NAME) : notThisService(NAME).finding;
}

function rootWarnings(arn: string): TestWarning[] {
  if (!arn.endsWith(':root')) return [];
  const text =
    'This is a key of the account’s root user, which nothing can limit; delete it and use an IAM user’s.';
  return [{ code: 'root_account', text }];
}
