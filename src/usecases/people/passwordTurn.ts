import { BrokerError } from '../../domain/errors.js';
import type { Ports } from '../../ports/ports.js';

/**
 * Does what sets a person's password while nobody else does, so that whoever hears that it was set has the one that counts.
 * Rejects with `conflict` while somebody else sets it.
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
