import { OutboundFailure } from '../../domain/outbound.js';
import type { ChannelTarget } from '../../ports/notices.js';
import type { Outbound } from '../../ports/outbound.js';

const DEADLINE_MS = 10_000;
const WAIT_MS = 20_000;

export interface PostRequest {
  headers?: Record<string, string>;
  body: string;
}

/** Null when the receiver took it; else a code of ours, never a word of the receiver's. */
export async function post(
  outbound: Outbound,
  target: ChannelTarget,
  request: PostRequest,
): Promise<string | null> {
  const url = target.url?.reveal();
  if (url === undefined || !URL.canParse(url)) return 'misconfigured';
  const session = outbound.open(DEADLINE_MS, WAIT_MS);
  try {
    const { status } = await session.send({
      method: 'POST',
      url: new URL(url),
      headers: { 'content-type': 'application/json', ...request.headers },
      body: request.body,
      ...(target.caPem !== undefined && { tls: { mode: 'custom_ca', caPem: target.caPem } }),
    });
    return codeOf(status);
  } catch (error) {
    if (error instanceof OutboundFailure) return error.reason;
    throw error;
  } finally {
    await session.close();
  }
}

function codeOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'service_error';
  // Gone, archived, or its address was taken back: somebody has to make it anew.
  return status === 404 || status === 410 ? 'gone' : 'refused_by_receiver';
}
