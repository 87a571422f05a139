import { createHash, createHmac } from 'node:crypto';
import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/**
 * STS with signatures verified by code of its own. States: `root`, `expired`, `inactive`, `no_role`, `late` (its clock
 * is an hour ahead), `administrator`, `no_iam` (a private endpoint of STS alone), `open` (an emulator); a code of AWS is answered as it stands.
 */
export const awsKey = { id: 'AKIAIOSFODNN7LABKEY2', secret: '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' };
/** The same secret, as a temporary key that counts with its token only. */
export const awsSession = {
  id: 'ASIAIOSFODNN7LABKEY2',
  token: 'FQoGZXIvYXdzEJr//////////wEaDLab/token+of/tests==',
};

const throttled: SimulatedAnswer = failure(400, 'Throttling');

export async function startAws(): Promise<Simulator> {
  const simulator = await startSimulator({
    answer: (request) => answerOf(simulator, request),
    rateLimited: throttled,
  });
  return simulator;
}

function failure(
  status: number,
  code: string,
  { headers = {}, message = 'no' }: { headers?: Record<string, string>; message?: string } = {},
): SimulatedAnswer {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml', ...headers }, body };
}

function answerOf({ state }: Simulator, request: SimulatedRequest): SimulatedAnswer {
  const ahead = state === 'late' ? 3_600_000 : 0;
  const wrong = state === 'open' ? undefined : refused(request, ahead);
  if (wrong !== undefined) {
    const headers = { date: new Date(Date.now() + ahead).toUTCString() };
    return failure(403, wrong, ahead === 0 ? {} : { headers });
  }
  const odd = ODD[state];
  if (odd !== undefined) return odd;
  if (state === 'expired') return failure(403, 'ExpiredToken');
  if (state === 'inactive') return failure(403, 'InvalidClientTokenId');
  const form = new URLSearchParams(request.body);
  if (form.get('Action') === 'ListAttachedUserPolicies') return policies(state, request);
  if (form.get('Action') === 'AssumeRole') {
    if (state === 'no_role' || form.get('ExternalId') !== 'lab-7') return failure(403, 'AccessDenied');
    return {
      status: 200,
      body: '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>',
    };
  }
  if (form.get('Action') !== 'GetCallerIdentity') return failure(400, 'InvalidAction');
  const name = state === 'root' ? 'root' : 'user/broker';
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:${name}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  };
}

/** Answers that speak of the request, with the words of AWS. */
const ODD: Readonly<Record<string, SimulatedAnswer>> = {
  RegionDisabledException: failure(403, 'RegionDisabledException'),
  IncompleteSignature: failure(400, 'IncompleteSignature'),
  ValidationError: failure(400, 'ValidationError'),
  wrong_region: failure(403, 'SignatureDoesNotMatch', {
    message: 'Credential should be scoped to a valid region.',
  }),
  old_signature: failure(403, 'SignatureDoesNotMatch', {
    message: 'Signature expired: 20261126T000000Z is now earlier than 20261126T001500Z',
  }),
};

/** IAM, which users may only ask when they were given the right. */
function policies(state: string, { headers }: SimulatedRequest): SimulatedAnswer {
  if (state === 'no_iam') return failure(400, 'InvalidAction');
  const service = /\/us-east-1\/iam\/aws4_request/.test(headers.authorization ?? '');
  if (state !== 'administrator' || !service) return failure(403, 'AccessDenied');
  const member =
    '<PolicyName>AdministratorAccess</PolicyName><PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess</PolicyArn>';
  const body = `<ListAttachedUserPoliciesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAttachedUserPoliciesResult><AttachedPolicies><member>${member}</member></AttachedPolicies></ListAttachedUserPoliciesResult></ListAttachedUserPoliciesResponse>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

/** The code of the refusal by Signature Version 4, or undefined for a good signature. */
function refused({ method, url, headers, body }: SimulatedRequest, ahead: number): string | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, id = '', day = '', region = '', service = '', signedHeaders = '', signature] =
    form.exec(headers.authorization ?? '') ?? [];
  const token = headers['x-amz-security-token'];
  const temporary = id === awsSession.id && token === awsSession.token;
  // A temporary key without its token, and a token beside another key, are both unknown.
  if (!temporary && (id !== awsKey.id || token !== undefined)) return 'InvalidClientTokenId';
  const date = String(headers['x-amz-date']);
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() + ahead - at) < 900_000)) return 'SignatureDoesNotMatch';
  if ((service !== 'sts' && service !== 'iam') || !date.startsWith(day)) return 'SignatureDoesNotMatch';
  const names = signedHeaders.split(';');
  const needed = ['host', 'x-amz-date', ...(temporary ? ['x-amz-security-token'] : [])];
  if (needed.some((name) => !names.includes(name))) return 'SignatureDoesNotMatch';
  const lines = names.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('');
  const hashed = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = [method, url.pathname, '', lines, signedHeaders, hashed(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hashed(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(
    (before, word) => createHmac('sha256', before).update(word).digest(),
    Buffer.from(`AWS4${awsKey.secret}`),
  );
  const right = createHmac('sha256', key).update(toSign).digest('hex');
  return right === signature ? undefined : 'SignatureDoesNotMatch';
}
