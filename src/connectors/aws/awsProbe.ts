import aws4 from 'aws4';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { Secret } from '../../domain/secret.js';
import type { OutboundAnswer, Probe } from '../../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict, type TestWarning } from '../../domain/testing/testResult.js';
import {
  baseUrl,
  clocksDiffer,
  headerSafe,
  needed,
  notThisService,
  optional,
  rateLimited,
  setting,
} from '../common/probing.js';
import { bestEffort } from '../common/proof.js';
import { isOpen } from '../common/stranger.js';
import { tlsOf } from '../common/tlsFields.js';
import { type Voice, verdict } from '../common/voice.js';
import { xmlText } from '../common/xmlText.js';
import { PARTITIONS, REGION, suffixOf } from './awsRegions.js';

const NAME = 'AWS';

/** Asks whose the key is, and assumes the role, if one is named. */
export async function testAws(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = endpointOf(values);
  const sts: Target = { service: 'sts', url, region: regionOf(values), version: '2011-06-15' };
  const voice = voiceAt(probe.now());
  const call = (action: Record<string, string>) => send(values, probe, sts, action);
  const own = setting(values, 'endpoint_url') !== undefined;
  if (own && (await opens(values, probe, sts, voice))) return OPEN;
  const answer = await call(WHO_AM_I);
  const wrong = verdict(answer, voice);
  if (wrong !== undefined) return wrong;
  const [arn, account] = ['Arn', 'Account'].map((name) => serviceText(xmlText(answer.body, name), 200));
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
    const refused = verdict(assumed, voice);
    if (refused !== undefined) return { ...refused, identity: arn };
  }
  return {
    code: 'ok',
    advice: `${NAME} accepts the key of ${arn}.`,
    identity: arn,
    warnings: [
      ...formWarnings(needed(values, 'access_key_id'), url),
      ...rootWarnings(arn),
      ...policyWarnings((await bestEffort(() => isAdministrator(values, probe, arn))) === true),
    ],
  };
}

const WHO_AM_I = { Action: 'GetCallerIdentity' };

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The endpoint accepts any key, as AWS emulators do, so the test proves nothing; enable its checks, or remove endpoint_url.',
};

/** Signed with a key that nobody has, since some emulators break without a signature and look at none. */
function opens(values: FieldValues, probe: Probe, sts: Target, voice: Voice): Promise<boolean> {
  const made: FieldValues = {
    settings: { ...values.settings, access_key_id: 'AKIAGLASSDOMEPROBE00' },
    secrets: { secret_access_key: new Secret('glassdome+probe/glassdome+probe/glassdom') },
  };
  return isOpen({
    voice,
    url: sts.url,
    bare: () => send(made, probe, sts, WHO_AM_I),
    isAnswer: ({ body }) => xmlText(body, 'Arn') !== undefined,
  });
}

/** A region becomes part of a host name, so it is looked at even when it came in by an import. */
function endpointOf(values: FieldValues): URL {
  const own = setting(values, 'endpoint_url');
  if (own !== undefined) return baseUrl(own);
  const region = regionOf(values);
  return new URL(`https://sts.${region}.${suffixOf(region)}/`);
}

function regionOf(values: FieldValues): string {
  const region = setting(values, 'region') ?? 'us-east-1';
  if (REGION.test(region)) return region;
  throw ended('misconfigured', 'The region does not exist in AWS; use one such as eu-west-1.');
}

/**
 * Policies that are attached to the user itself; those of its groups would take a call each. Needs a separate
 * permission.
 */
async function isAdministrator(values: FieldValues, probe: Probe, arn: string): Promise<boolean> {
  const [, partition = '', user] = /^arn:(aws[\w-]*):iam::\d+:user\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const home = Object.hasOwn(PARTITIONS, partition) ? PARTITIONS[partition] : undefined;
  if (user === undefined || home === undefined) return false;
  const [name, region] = home.iam;
  const host = `${name}.${home.suffix}`;
  const own = setting(values, 'endpoint_url');
  const url = own === undefined ? new URL(`https://${host}/`) : baseUrl(own);
  const action = { Action: 'ListAttachedUserPolicies', UserName: user };
  const answer = await send(values, probe, { service: 'iam', url, region, version: '2010-05-08' }, action);
  return answer.status === 200 && answer.body.includes(':iam::aws:policy/AdministratorAccess<');
}

/** One service of AWS, as a request to it is signed. */
interface Target {
  service: 'sts' | 'iam';
  url: URL;
  region: string;
  version: string;
}

async function send(
  values: FieldValues,
  probe: Probe,
  { service, url, region, version }: Target,
  action: Record<string, string>,
): Promise<OutboundAnswer> {
  const body = new URLSearchParams({ ...action, Version: version }).toString();
  const sessionToken = optional(values, 'session_token');
  const signed = aws4.sign(
    {
      service,
      region,
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

const SKEWED: TestVerdict = {
  code: 'clock_skew',
  advice: 'The clocks of the broker and AWS are minutes apart; synchronize the broker’s clock with NTP.',
};

const MEANING: Readonly<Record<string, TestVerdict>> = {
  InvalidClientTokenId: {
    code: 'invalid_credential',
    advice:
      'AWS does not recognize this access key, or it is inactive; activate it in IAM or create a new one.',
  },
  SignatureDoesNotMatch: {
    code: 'invalid_credential',
    advice: 'The secret does not belong to this access key; copy both again, or create a new key.',
  },
  ExpiredToken: {
    code: 'expired',
    advice: 'The temporary key has expired; get a new one with its session token.',
  },
  ExpiredTokenException: {
    code: 'expired',
    advice: 'The temporary key has expired; get a new one with its session token.',
  },
  RequestExpired: SKEWED,
  AccessDenied: {
    code: 'insufficient_permission',
    advice: 'The key works, but lacks the permission for this; extend its policy in IAM.',
  },
};

const WRONG_REGION = 'The endpoint belongs to another region; correct region or endpoint_url.';

/** They speak of the request, not of the key. */
const MISUNDERSTOOD: Readonly<Record<string, string>> = {
  RegionDisabledException:
    'This region is not enabled for the account; choose another region or enable it in the account settings.',
  IncompleteSignature:
    'AWS can’t read the signature; check region and endpoint_url, and copy the access key ID again.',
  ValidationError: 'AWS rejects the request; check assume_role_arn, external_id and region.',
};

/** Errors are XML with a code, whatever the status. */
const voiceAt = (now: Date): Voice => ({
  service: NAME,
  says: (answer) => {
    const code = serviceText(xmlText(answer.body, 'Code'), 80);
    return /<(\w+:)?Error>/.test(answer.body) && code !== '' ? meaningOf(code, answer, now) : undefined;
  },
});

function meaningOf(code: string, answer: OutboundAnswer, now: Date): TestVerdict | 'own' {
  if (answer.status >= 500) return 'own';
  if (/^(Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException)$/.test(code))
    return rateLimited(answer, NAME);
  const message = serviceText(xmlText(answer.body, 'Message'), 300);
  if (code === 'SignatureDoesNotMatch') {
    if (clocksDiffer(answer, now) || /^Signature (expired|not yet current)/.test(message)) return SKEWED;
    if (/scoped to a valid region/i.test(message)) return { code: 'misconfigured', advice: WRONG_REGION };
  }
  const misunderstood = MISUNDERSTOOD[code];
  if (misunderstood !== undefined) return { code: 'misconfigured', advice: misunderstood };
  const known = MEANING[code];
  if (known !== undefined) return known;
  return answer.status === 429 ? rateLimited(answer, NAME) : notThisService(NAME).finding;
}

function policyWarnings(administrator: boolean): TestWarning[] {
  if (!administrator) return [];
  const text =
    'The user has the policy AdministratorAccess; a policy for the resources that Glassdome uses is enough.';
  return [{ code: 'over_privileged', text }];
}

function formWarnings(id: string, url: URL): TestWarning[] {
  if (/^(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}$/.test(id.trim()) || !/\.amazonaws\./.test(url.hostname)) return [];
  const text = 'AWS access keys are AKIA or ASIA and 16 letters and digits; this one is not, but it works.';
  return [{ code: 'unusual_form', text }];
}

function rootWarnings(arn: string): TestWarning[] {
  if (!arn.endsWith(':root')) return [];
  const text =
    'This is a key of the account’s root user, which cannot be restricted; delete it and use the key of an IAM user.';
  return [{ code: 'root_account', text }];
}
