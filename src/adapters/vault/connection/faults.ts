import { BrokerError } from '../../../domain/errors.js';

/** The caller learns only that the store can't serve; `log` says why, without anything secret. */
export function storeUnavailable(log: string, retryAfterSeconds = 2): BrokerError {
  return new BrokerError('store_unavailable', {
    detail: 'The secret store can not answer right now.',
    retryAfterSeconds,
    log: `vault: ${log}`,
  });
}

/** Vault answered something that does not look as documented. */
export function badAnswer(log: string): BrokerError {
  return new BrokerError('bad_store_answer', {
    detail: 'The secret store gave an answer that can not be used.',
    log: `vault: ${log}`,
  });
}
