import { isDeniedPort } from '../../domain/testing/deniedPorts.js';
import { OutboundFailure } from '../../domain/testing/outbound.js';
import type { ChannelTarget, NeverSent } from '../../ports/notices.js';
import type { Outbound } from '../../ports/testing.js';
import type { AnswerJudge } from './receiverAnswers.js';

const DEADLINE_MS = 10_000;
const WAIT_MS = 20_000;

export interface PostRequest {
  headers?: Record<string, string>;
  body: string;
  /** Whether the receiver took it, by status and body together: a status alone proves nothing. */
  took: AnswerJudge;
}

/** The guarded outbound client, and whether plain HTTP beyond loopback is allowed. */
export interface PostWay {
  outbound: Outbound;
  allowPlain: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Where nothing is ever posted, and why. */
export function neverPosted(url: URL, { allowPlain }: Pick<PostWay, 'allowPlain'>): NeverSent | null {
  if (isDeniedPort(url)) return 'denied_port';
  const plain = url.protocol === 'http:' && !LOOPBACK.test(url.hostname);
  return plain && !allowPlain ? 'plain_http' : null;
}

/** Null when the receiver took it; else a code of ours, never a word of the receiver's. */
export async function post(
  { outbound, allowPlain }: PostWay,
  target: ChannelTarget,
  request: PostRequest,
): Promise<string | null> {
  const text = target.url?.reveal();
  if (text === undefined || !URL.canParse(text)) return 'misconfigured';
  const url = new URL(text);
  const never = neverPosted(url, { allowPlain });
  if (never !== null) return never;
  const session = outbound.open(DEADLINE_MS, WAIT_MS);
  try {
    const answer = await session.send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...request.headers },
      body: request.body,
      ...(target.caPem !== undefined && { tls: { mode: 'custom_ca', caPem: target.caPem } }),
    });
    return request.took(answer);
  } catch (error) {
    if (error instanceof OutboundFailure) return error.reason;
    throw error;
  } finally {
    await session.close();
  }
}
