import { BrokerError } from '../errors.js';
import type { Credential } from './credential.js';

/** `precondition_failed` when the caller named a revision (If-Match) that is not the present one. */
export function checkRevision(credential: Credential, ifMatch: number | undefined): void {
  if (ifMatch === undefined || ifMatch === credential.revision) return;
  throw new BrokerError('precondition_failed', {
    detail: 'The credential has changed since you read it. Read it again and repeat with its new ETag.',
    extra: { revision: credential.revision },
  });
}
