import { BrokerError } from '../../../domain/errors.js';

/** The caller learns only that the store can't serve; `log` says why, without anything secret. */
export function storeUnavailable(log: string, retryAfterSeconds = 2): BrokerError {
  return new BrokerError('store_unavailable', {
    detail: 'The secret store is not available right now.',
    retryAfterSeconds,
    log: `vault: ${log}`,
  });
}

/** Vault answered something that does not look as documented. */
export function badAnswer(log: string): BrokerError {
  return new BrokerError('bad_store_answer', {
    detail: 'The secret store sent an invalid response.',
    log: `vault: ${log}`,
  });
}
