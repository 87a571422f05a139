import type { CallContext } from '../../domain/access/caller.js';
import { BrokerError, invalid } from '../../domain/errors.js';
import { oneTimePasswordProblem } from '../../domain/people/password.js';
import type { Secret } from '../../domain/secret.js';
import { systemCall } from '../gate/systemCall.js';
import { giveOneTimePassword, type ResetPorts } from './resetPassword.js';

/**
 * A one-time password for an admin who cannot log in, set by the operator on the broker's host. A disabled admin is enabled.
 * It is audited with the reason, and the owners of what the admin may read get a notice, as when another admin resets it.
 */
export async function recoverAdmin(
  ports: ResetPorts,
  input: { username: string; password: Secret; reason: string },
): Promise<void> {
  const { username, password, reason } = input;
  const problem = oneTimePasswordProblem(password);
  if (problem !== undefined) throw invalid({ field: 'password', rule: problem });
  if (reason.trim() === '') throw invalid({ field: 'reason', rule: 'must not be empty' });
  const admins = (await ports.records.people()).filter((person) => person.role === 'admin');
  const person = admins.find((admin) => admin.username === username);
  if (person === undefined) {
    const known = admins.map((admin) => admin.username).join(', ') || 'none';
    throw new BrokerError('not_found', { detail: `There is no admin "${username}". Admins: ${known}.` });
  }
  const call: CallContext = { ...systemCall(), breakGlassReason: reason };
  await giveOneTimePassword(ports, call, person, { password, enable: true });
}
