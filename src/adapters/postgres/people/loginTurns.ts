import type { PasswordTurns, UsedOnce } from '../../../ports/people.js';
import type { Log } from '../../../ports/runtime.js';
import type { Query } from '../core/pools.js';
import { postgresPasswordTurns } from './passwordTurns.js';

const USE_FLOW = `
  insert into broker.used_once (id, kind, expires_at, used_at) values ($1, 'oidc', $2, $3)
  on conflict (id) do nothing returning 1`;

/** Turns at passwords, and what is good once, however many processes are asked at the same moment. */
export function loginTurns(query: Query, log: Log): { passwordTurns: PasswordTurns; usedOnce: UsedOnce } {
  return {
    passwordTurns: postgresPasswordTurns(query, log),
    usedOnce: {
      async useFlow(id, expiresAt, at) {
        return (await query({ text: USE_FLOW, values: [id, expiresAt, at] })).length > 0;
      },
    },
  };
}
