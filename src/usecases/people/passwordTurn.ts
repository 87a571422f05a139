import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';

/**
 * Runs an operation that sets a person's password while no other one does, so that the caller who learns that it was
 * set has the valid one. Rejects with `conflict` while another request sets it.
 */
export async function inPasswordTurn<T>(
  { passwordTurns }: Pick<Ports, 'passwordTurns'>,
  principal: string,
  work: () => Promise<T>,
): Promise<T> {
  const end = await passwordTurns.take(principal);
  if (end === null) {
    const detail =
      'Another request is changing this password. Log in with the new password, or try again in a minute.';
    throw new BrokerError('conflict', { detail });
  }
  try {
    return await work();
  } finally {
    await end();
  }
}
