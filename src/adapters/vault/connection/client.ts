/** One answer of Vault: the status and the parsed body (undefined when empty). Never thrown, never logged whole. */
export interface VaultAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: Vault's bodies are checked by the caller, field by field
  body: any;
  /** Seconds, from a `Retry-After` header. */
  retryAfterSeconds?: number;
}

export type VaultMethod = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'LIST';

export interface VaultRequestOptions {
  /** Instead of the client's own token; `null` sends none (login, unwrap of nothing, health). */
  token?: string | null;
  /** Total deadline of this request; default 2,000 ms. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Requests a wrapped answer, valid for this number of seconds (`X-Vault-Wrap-TTL`). */
  wrapTtlSeconds?: number;
}

/**
 * The narrowest view of a Vault server: one request, one answer of whatever status. Rejects only with
 * `VaultUnreachable` (no answer, a time-out, an answer that is too large or is not JSON).
 */
export interface VaultClient {
  request(
    method: VaultMethod,
    path: string,
    body?: object,
    options?: VaultRequestOptions,
  ): Promise<VaultAnswer>;
}

export type UnreachableReason =
  | 'timeout'
  | 'connect'
  | 'reset'
  | 'tls'
  | 'too_large'
  | 'garbage'
  | 'redirect'
  | 'aborted';

/** No usable answer came. Holds a reason word, never a URL, header or body. */
export class VaultUnreachable extends Error {
  /** False when Vault can't have seen the request, so that a write is known not to have happened. */
  readonly maybeSent: boolean;

  constructor(
    readonly reason: UnreachableReason,
    maybeSent = reason !== 'connect' && reason !== 'tls',
  ) {
    super(`vault: ${reason}`);
    this.name = 'VaultUnreachable';
    this.maybeSent = maybeSent;
  }
}
