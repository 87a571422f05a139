import type { CliCode, PasswordTurns, UsedOnce } from '../../../ports/people.js';
import type { Log } from '../../../ports/runtime.js';
import { select } from '../core/columns.js';
import type { Query } from '../core/pools.js';
import { postgresPasswordTurns } from './passwordTurns.js';
import { CLI_CODE } from './peopleColumns.js';

const USE_FLOW = `
  insert into broker.used_once (id, kind, expires_at, used_at) values ($1, 'oidc', $2, $3)
  on conflict (id) do nothing returning 1`;

const CODE = `select ${select(CLI_CODE)} from broker.used_once where id = $1 and kind = 'cli'`;
const USE_CODE = `
  update broker.used_once set used_at = $2
  where id = $1 and kind = 'cli' and used_at is null and expires_at > $2 returning 1`;

/** Turns at passwords, and what is good once, however many processes are asked at the same moment. */
export function loginTurns(query: Query, log: Log): { passwordTurns: PasswordTurns; usedOnce: UsedOnce } {
  return {
    passwordTurns: postgresPasswordTurns(query, log),
    usedOnce: {
      async useFlow(id, expiresAt, at) {
        return (await query({ text: USE_FLOW, values: [id, expiresAt, at] })).length > 0;
      },
      async cliCode(id) {
        return (await query<CliCode>({ text: CODE, values: [id] }))[0] ?? null;
      },
      async useCliCode(id, at) {
        return (await query({ text: USE_CODE, values: [id, at] })).length > 0;
      },
    },
  };
}
