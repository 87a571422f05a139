import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher, Pool } from 'undici';
import { type VaultAnswer, type VaultMethod, VaultUnreachable } from './client.js';
import { safePath } from './paths.js';

export interface TransportRequest {
  method: VaultMethod;
  /** Below `/v1/`, without a leading slash; checked by `safePath`. */
  path: string;
  token?: string | null | undefined;
  body?: object | undefined;
  timeoutMs?: number | undefined;
  signal?: AbortSignal | undefined;
  wrapTtlSeconds?: number | undefined;
}

/** Sends one request through the pool and settles once, at the latest after `timeoutMs`. */
export function exchange(
  pool: Pool,
  request: TransportRequest,
  limits: { maxBytes: number; timeoutMs: number },
): Promise<VaultAnswer> {
  return new Exchange(limits.maxBytes).run(pool, request, limits.timeoutMs);
}

/** One request and its answer. An undici handler, so that no stream is built for a few hundred bytes. */
class Exchange implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | null = null;
  #sent = false;
  #settled = false;
  #status = 0;
  #retryAfter: number | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #unlisten: () => void = () => undefined;
  #resolve: (answer: VaultAnswer) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(private readonly maxBytes: number) {}

  run(pool: Pool, request: TransportRequest, timeoutMs: number): Promise<VaultAnswer> {
    // Vault's own verb LIST is unknown to proxies and to Node's parser; Vault takes this for the same.
    const isList = request.method === 'LIST';
    const method = isList ? 'GET' : request.method;
    const path = `/v1/${safePath(isList ? `${request.path}?list=true` : request.path)}`;
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#timer = setTimeout(() => this.#fail('timeout'), timeoutMs);
      this.#listen(request.signal);
      if (this.#settled) return;
      pool.dispatch({ path, method, headers: headersOf(request, body !== null), body }, this);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new Error('settled'));
    this.#sent = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#controller = controller;
    this.#status = status;
    this.#retryAfter = seconds(headers['retry-after']);
    if (Number(headers['content-length'] ?? 0) > this.maxBytes) this.#fail('too_large');
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.maxBytes) this.#fail('too_large');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    const status = this.#status;
    const body = parse(this.#chunks);
    if (status >= 300 && status < 400) this.#fail('redirect');
    // A load balancer in front may answer an error in HTML; its status is still useful.
    else if (body === GARBAGE && status < 400) this.#fail('garbage');
    else this.#succeed(status, body === GARBAGE ? undefined : body);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(reasonOf(error));
  }

  #listen(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const onAbort = () => this.#fail('aborted');
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', onAbort);
  }

  #succeed(status: number, body: unknown): void {
    this.#settle();
    const answer: VaultAnswer = { status, body };
    if (this.#retryAfter !== undefined) answer.retryAfterSeconds = this.#retryAfter;
    this.#resolve(answer);
  }

  #fail(reason: VaultUnreachable['reason']): void {
    if (this.#settled) return;
    this.#settle();
    const error = new VaultUnreachable(reason, this.#sent && reason !== 'connect' && reason !== 'tls');
    this.#reject(error);
    this.#controller?.abort(error);
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#unlisten();
  }
}

function headersOf(request: TransportRequest, hasBody: boolean): Record<string, string> {
  const headers: Record<string, string> = { 'x-vault-request': 'true' };
  if (typeof request.token === 'string' && request.token !== '') headers['x-vault-token'] = request.token;
  if (hasBody) headers['content-type'] = 'application/json';
  if (request.wrapTtlSeconds !== undefined) headers['x-vault-wrap-ttl'] = `${request.wrapTtlSeconds}s`;
  return headers;
}

const GARBAGE = Symbol('garbage');

function parse(chunks: Buffer[]): unknown {
  const first = chunks[0];
  if (first === undefined) return undefined;
  const text = (chunks.length === 1 ? first : Buffer.concat(chunks)).toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would repeat a piece of the body, so only the fact is kept.
    return GARBAGE;
  }
}

function seconds(header: string | string[] | undefined): number | undefined {
  const value = Number(header);
  return header !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;
}

const CONNECT_CODES = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Node's and undici's `code` to one of our words. Everything of TLS says `CERT`, `TLS`, `SSL` or `SIGNED` in it. */
function reasonOf(error: Error): VaultUnreachable['reason'] {
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (CONNECT_CODES.has(code)) return 'connect';
  if (/CERT|TLS|SSL|SIGNED|SIGNATURE/.test(code)) return 'tls';
  return 'reset';
}
