import type { UnreachableReason, VaultAnswer } from './client.js';

/**
 * What an answer of Vault means for us. Sources: the API documentation of `sys/health`, of KV v2 and of token
 * permissions; answers of Vault 1.21.
 * - `ok`: 200, 204
 * - `cas_mismatch`: the latest version is another one than the write expected
 * - `refused`: Vault finds the request wrong
 * - `denied`: our token or our policy does not reach; never the caller's fault
 * - `gone`: the version was deleted or destroyed
 * - `missing`: nothing at that path
 * - `no_mount`: the mount itself is not there
 * - `not_yet`: this node has not heard of our last write
 * - `busy`: a quota or a lease limit; load, not a fault
 * - `down`: sealed, standby, not initialised, no leader: it says itself that it can't serve
 * - `fault`: any other failure of Vault
 */
export type Verdict =
  | 'ok'
  | 'cas_mismatch'
  | 'refused'
  | 'denied'
  | 'gone'
  | 'missing'
  | 'no_mount'
  | 'not_yet'
  | 'busy'
  | 'down'
  | 'fault';

export interface Handling {
  /** How often a request that may be repeated is repeated. */
  retries: number;
  /** What it says about Vault's health: `opens` at once, `counts` towards opening, `alive` resets, `none` neither. */
  breaker: 'opens' | 'counts' | 'alive' | 'none';
  /** For a write: is it known that it did not happen? */
  surelyNotApplied: boolean;
}

export const HANDLING: Readonly<Record<Verdict, Handling>> = {
  ok: { retries: 0, breaker: 'alive', surelyNotApplied: false },
  cas_mismatch: { retries: 0, breaker: 'alive', surelyNotApplied: true },
  refused: { retries: 0, breaker: 'alive', surelyNotApplied: true },
  denied: { retries: 0, breaker: 'alive', surelyNotApplied: true },
  gone: { retries: 0, breaker: 'alive', surelyNotApplied: true },
  missing: { retries: 0, breaker: 'alive', surelyNotApplied: true },
  no_mount: { retries: 0, breaker: 'alive', surelyNotApplied: true },
  not_yet: { retries: 3, breaker: 'alive', surelyNotApplied: true },
  busy: { retries: 2, breaker: 'none', surelyNotApplied: true },
  down: { retries: 0, breaker: 'opens', surelyNotApplied: true },
  fault: { retries: 2, breaker: 'counts', surelyNotApplied: false },
};

const DOWN = new Set([472, 473, 474, 501, 503, 530]);

export function judge(answer: VaultAnswer): Verdict {
  const { status } = answer;
  if (status === 200 || status === 204) return 'ok';
  if (status === 400)
    return says(answer, 'check-and-set parameter did not match') ? 'cas_mismatch' : 'refused';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return judge404(answer);
  if (status === 412) return 'not_yet';
  if (status === 429) return 'busy';
  // The request is refused before anything is done; the node says so only in its text.
  if (DOWN.has(status) || (status === 500 && says(answer, 'local node not active'))) return 'down';
  return status >= 500 ? 'fault' : 'refused';
}

/** No answer: what that says. A redirect is a standby that points to another node, which we don't follow. */
export function judgeSilence(reason: UnreachableReason): Verdict {
  return reason === 'redirect' ? 'down' : 'fault';
}

/** A version that is no more answers 404 with its metadata; a path that never was answers an empty list of errors. */
function judge404(answer: VaultAnswer): Verdict {
  const metadata = answer.body?.data?.metadata;
  if (metadata !== null && typeof metadata === 'object') return 'gone';
  return says(answer, 'no handler for route') ? 'no_mount' : 'missing';
}

function says(answer: VaultAnswer, words: string): boolean {
  const errors: unknown = answer.body?.errors;
  return Array.isArray(errors) && errors.some((error) => typeof error === 'string' && error.includes(words));
}
