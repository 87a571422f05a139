import { Pool } from 'undici';
import { MINUTE_MS } from '../../../domain/time/units.js';
import type { VaultAnswer } from './client.js';
import { exchange, type TransportRequest } from './exchange.js';

export interface TransportOptions {
  /** `https://vault.example:8200`; scheme, host and port only. */
  address: string;
  /** Instead of the system's authorities, PEM. TLS is always verified. */
  caPem?: string;
  /** Connections at most; what is more waits. Default 16. */
  connections?: number;
  /** TCP and TLS together. Default 500 ms. */
  connectTimeoutMs?: number;
  /** From the call to the last byte of the answer. Default 2,000 ms. */
  timeoutMs?: number;
  /** A longer answer is cut off and refused; lists have a separate bound. Default 1 MiB. */
  maxAnswerBytes?: number;
}

/** One bounded keep-alive pool to one Vault address. No redirects, no retries, no token. */
export interface Transport {
  readonly address: string;
  /** Rejects with `VaultUnreachable` only (and `UnsafeVaultPath` before anything is sent). */
  send(request: TransportRequest): Promise<VaultAnswer>;
  close(): Promise<void>;
}

/** Rejects an address that is more than scheme, host and port: a path or a user in it would be dropped silently. */
export function parseVaultAddress(address: string): URL {
  const url = new URL(address);
  const plain =
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError('a Vault address is http(s)://host:port and nothing else');
  }
  return url;
}

/** One list holds a key for each credential of a service type, 60 bytes at most: a million of them. */
const MAX_LIST_BYTES = 64 * 1_048_576;

export function createTransport(options: TransportOptions): Transport {
  const url = parseVaultAddress(options.address);
  const timeoutMs = options.timeoutMs ?? 2_000;
  const maxBytes = options.maxAnswerBytes ?? 1_048_576;
  const pool = new Pool(url.origin, {
    connections: options.connections ?? 16,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: MINUTE_MS,
    // The deadline below covers these; their own timers tick too coarsely for it.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: options.connectTimeoutMs ?? 500,
      rejectUnauthorized: true,
      ...(options.caPem === undefined ? {} : { ca: options.caPem }),
    },
  });
  return {
    address: url.origin,
    send: async (request) =>
      exchange(pool, request, {
        maxBytes: request.method === 'LIST' ? MAX_LIST_BYTES : maxBytes,
        timeoutMs: request.timeoutMs ?? timeoutMs,
      }),
    close: () => pool.destroy(),
  };
}
