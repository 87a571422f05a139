import type { Client } from 'undici';
import { type OutboundAnswer, OutboundFailure, type OutboundRequest } from '../../domain/testing/outbound.js';

/** One request and its whole answer; `begun` runs when the answer begins. */
export async function exchange(
  client: Client,
  { method, url, headers, body }: OutboundRequest,
  { maxBytes, signal, begun }: { maxBytes: number; signal: AbortSignal; begun: () => void },
): Promise<OutboundAnswer> {
  const answer = await client.request({
    method,
    path: `${url.pathname}${url.search}`,
    headers: { 'user-agent': 'glassdome-credential-broker', 'accept-encoding': 'identity', ...headers },
    body: body ?? null,
    signal,
  });
  begun();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      answer.body.destroy();
      throw new OutboundFailure('too_large');
    }
    chunks.push(chunk);
  }
  return {
    status: answer.statusCode,
    statusText: answer.statusText,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, [value ?? []].flat()]),
    ),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
