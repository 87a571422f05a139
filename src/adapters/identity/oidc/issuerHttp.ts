import { Agent, request } from 'undici';
import { LoginFailure } from '../../../domain/people/issuer.js';

const DEADLINE_MS = 8_000;
const CONNECT_MS = 4_000;
const MOST_BYTES = 262_144;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export interface JsonAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** True for https, and for http on this machine. */
export function isSafeAddress(address: unknown): address is string {
  if (typeof address !== 'string' || !URL.canParse(address)) return false;
  const { protocol, hostname, username, password, hash } = new URL(address);
  if (username !== '' || password !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/**
 * Requests to one issuer, whose address an operator has configured: not the way of tests, which refuses addresses of our
 * own, such as a Vault that is the issuer. Follows no redirect; bounded in time and size. Rejects with `issuer_unavailable`.
 */
export class IssuerHttp {
  readonly #agent: Agent;

  constructor(caPem: string | undefined) {
    this.#agent = new Agent({
      connections: 8,
      connect: { timeout: CONNECT_MS, ...(caPem !== undefined && { ca: caPem }) },
    });
  }

  get(address: string, headers: Record<string, string> = {}): Promise<JsonAnswer> {
    return this.#send(address, { method: 'GET', headers });
  }

  post(address: string, form: URLSearchParams, headers: Record<string, string>): Promise<JsonAnswer> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.#send(address, { method: 'POST', body: form.toString(), headers: { ...type, ...headers } });
  }

  async #send(
    address: string,
    more: { method: 'GET' | 'POST'; body?: string; headers?: Record<string, string> },
  ): Promise<JsonAnswer> {
    if (!isSafeAddress(address)) throw unavailable('an address without TLS');
    try {
      const answer = await request(address, {
        ...more,
        headers: { accept: 'application/json', ...more.headers },
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const body: unknown = JSON.parse(await textOf(answer.body));
      if (typeof body !== 'object' || body === null || Array.isArray(body))
        throw unavailable('no JSON object');
      return { status: answer.statusCode, body: body as Record<string, unknown> };
    } catch (error) {
      // The library's words may quote an address with what was in it.
      throw error instanceof LoginFailure ? error : unavailable(reasonOf(error));
    }
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw unavailable('an answer that is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'no JSON';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^[A-Z_0-9]{3,60}$/.test(code)) return code;
  return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'no connection';
}

const unavailable = (note: string) => new LoginFailure('issuer_unavailable', note);
