import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';
import { activeValues } from './storedVersion.js';

/** How many Vault reads of one request run side by side. */
const PARALLEL = 12;

/** Each credential's active values, or what kept Vault from giving them. Every credential is read once. */
export async function readMany(
  ports: Pick<Ports, 'store' | 'log'>,
  call: CallContext,
  credentials: Iterable<Credential>,
): Promise<Map<string, FieldValues | BrokerError>> {
  const unique = new Map([...credentials].map((c) => [c.id, c]));
  const queue = [...unique.values()];
  const results = new Map<string, FieldValues | BrokerError>();
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      results.set(
        next.id,
        await activeValues(ports, next).catch((error: unknown) => asBrokerError(ports, call, error)),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, queue.length) }, worker));
  return results;
}

function asBrokerError(ports: Pick<Ports, 'log'>, call: CallContext, error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  ports.log.error('read_failed', {
    request_id: call.requestId,
    error: error instanceof Error ? error.name : 'unknown',
  });
  return new BrokerError('internal_error', { detail: 'This value could not be read.' });
}
