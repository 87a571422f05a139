import { randomUUID } from 'node:crypto';
import type { PasswordTurns } from '../../../ports/people.js';
import type { Log } from '../../../ports/runtime.js';
import type { Query } from '../core/pools.js';

/** By the clock of the database. Setting a password takes a few calls of Vault, each shorter than ten seconds. */
const TAKE = `
  update broker.people set password_claim = $2, password_claimed_until = clock_timestamp() + interval '1 minute'
  where principal = $1 and (password_claimed_until is null or password_claimed_until <= clock_timestamp())
  returning 1`;

const END = `
  update broker.people set password_claim = null, password_claimed_until = null
  where principal = $1 and password_claim = $2`;

/** Turns at people's passwords that all processes share. */
export function postgresPasswordTurns(query: Query, log: Log): PasswordTurns {
  return {
    async take(principal) {
      const turn = randomUUID();
      if ((await query({ text: TAKE, values: [principal, turn] })).length === 0) return null;
      return async () => {
        await query({ text: END, values: [principal, turn] }).catch(() =>
          log.warn('password_turn_not_ended'),
        );
      };
    },
  };
}
