import type { VaultClient } from './client.js';
import { VaultUnreachable } from './client.js';
import { type LoginMethod, secretIdOf } from './login.js';
import { LoginRefused } from './loginRefused.js';

export interface SecretIdLookup {
  client: VaultClient;
  /** Our own, of the role `broker-<role>`. */
  token: string | null;
  login: LoginMethod;
  role: string;
}

/**
 * When the secret id that we log in with ends; null: never, or it can't be known, since there is none, Vault is away, or
 * the role's policy is older than this question.
 */
export async function secretIdEnd({ client, token, login, role }: SecretIdLookup): Promise<Date | null> {
  if (login.kind !== 'approle' || token === null) return null;
  const path = `auth/${login.mount ?? 'approle'}/role/broker-${role}/secret-id/lookup`;
  try {
    const body = { secret_id: await secretIdOf(client, login) };
    const answer = await client.request('POST', path, body, { token });
    const end: unknown = answer.status === 200 ? answer.body?.data?.expiration_time : undefined;
    const at = new Date(typeof end === 'string' ? end : Number.NaN);
    // One that never ends has the year 1.
    return at.getUTCFullYear() > 1 ? at : null;
  } catch (error) {
    if (error instanceof VaultUnreachable || error instanceof LoginRefused) return null;
    throw error;
  }
}
