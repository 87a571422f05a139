import { createHash, createHmac } from 'node:crypto';
import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/simulator.js';

/**
 * STS with signatures verified by code of its own. States: `root`, `expired`, `inactive`, `no_role`, `late` (its clock
 * is an hour ahead).
 */
export const awsKey = { id: 'AKIAIOSFODNN7LABKEY2', secret: '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' };

const throttled: SimulatedAnswer = failure(400, 'Throttling');

export async function startAws(): Promise<Simulator> {
  const simulator = await startSimulator({
    answer: (request) => answerOf(simulator, request),
    rateLimited: throttled,
  });
  return simulator;
}

function failure(status: number, code: string, headers: Record<string, string> = {}): SimulatedAnswer {
  const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml', ...headers }, body };
}

function answerOf({ state }: Simulator, request: SimulatedRequest): SimulatedAnswer {
  const ahead = state === 'late' ? 3_600_000 : 0;
  const wrong = refused(request, ahead);
  if (wrong !== undefined) {
    return failure(403, wrong, ahead === 0 ? {} : { date: new Date(Date.now() + ahead).toUTCString() });
  }
  if (state === 'expired') return failure(403, 'ExpiredToken');
  if (state === 'inactive') return failure(403, 'InvalidClientTokenId');
  const form = new URLSearchParams(request.body);
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

/** The code of the refusal by Signature Version 4, or undefined for a good signature. */
function refused({ method, url, headers, body }: SimulatedRequest, ahead: number): string | undefined {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, id = '', day = '', region = '', service = '', signedHeaders = '', signature] =
    form.exec(headers.authorization ?? '') ?? [];
  if (id !== awsKey.id) return 'InvalidClientTokenId';
  const date = String(headers['x-amz-date']);
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() + ahead - at) < 900_000)) return 'SignatureDoesNotMatch';
  if (service !== 'sts' || !date.startsWith(day)) return 'SignatureDoesNotMatch';
  const names = signedHeaders.split(';');
  if (!names.includes('host') || !names.includes('x-amz-date')) return 'SignatureDoesNotMatch';
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
