import type { IncomingMessage } from 'node:http';
import { type ParsedUrlQuery, parse } from 'node:querystring';

/** The members of Express's request that the handlers of lean routes use, over Node's own. */
export class LeanRequest {
  readonly ip: string;
  body: unknown;

  constructor(
    readonly raw: IncomingMessage,
    readonly params: Readonly<Record<string, string>>,
    trustedProxyHops: number,
  ) {
    this.ip = clientAddress(raw, trustedProxyHops);
  }

  get method(): string | undefined {
    return this.raw.method;
  }

  get headers(): IncomingMessage['headers'] {
    return this.raw.headers;
  }

  get rawHeaders(): IncomingMessage['rawHeaders'] {
    return this.raw.rawHeaders;
  }

  /** With the parser that Express has for it. */
  get query(): ParsedUrlQuery {
    const url = this.raw.url ?? '';
    const mark = url.indexOf('?');
    return mark < 0 ? {} : parse(url.slice(mark + 1));
  }

  /** The name in small letters. */
  get(name: string): string | undefined {
    const value = this.raw.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }
}

/** As Express has it with `trust proxy` set to a number of hops: behind those proxies, what the last of them wrote. */
function clientAddress({ socket, headers }: IncomingMessage, hops: number): string {
  const peer = socket.remoteAddress ?? '';
  const given = headers['x-forwarded-for'];
  if (hops === 0 || given === undefined) return peer;
  const proxies = String(given)
    .split(',')
    .map((address) => address.trim());
  const chain = [...proxies.filter((address) => address !== ''), peer];
  return chain[Math.max(chain.length - 1 - hops, 0)] ?? peer;
}
