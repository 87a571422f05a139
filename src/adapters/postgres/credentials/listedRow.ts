import type { Credential } from '../../../domain/credentials/credential.js';
import type { ListedCredential } from '../../../ports/credentials.js';
import { answered } from '../access/claimJson.js';
import { LEVEL, REACHES } from '../access/reach.js';
import { CREDENTIAL_COLUMNS, levelOf } from '../core/credentialRow.js';

/**
 * SQL for what the last test of the active version of `c` advised. A test that says nothing about the credential does
 * not count.
 */
export const LAST_ADVICE = `
  (select r.advice from broker.test_runs r
    where r.credential_id = c.id and r.version = c.active_version and r.code not in ('rate_limited', 'clock_skew')
    order by r.tested_at desc, r.id desc limit 1) as "lastAdvice"`;

/** Columns of a listed credential `c`, for a select. */
export const LISTED_COLUMNS = `${CREDENTIAL_COLUMNS},
  c.owner = $1 as "isOwner",
  (select max(${LEVEL}) from broker.grants g where g.credential_id = c.id and ${REACHES}) as level,
  (c.owner <> $1 and exists (select 1 from broker.grants g where g.credential_id = c.id and ${REACHES})
    and not exists (select 1 from broker.grants g ${answered()}
      where g.credential_id = c.id and ${REACHES} and (a.grant_id is not null or g.confirmed and (
        g.subject_kind <> 'team' or exists (select 1 from broker.team_members m
          where m.team = g.subject and m.principal = $1 and m.confirmed))))) as offered,
  (select u.used_at from broker.credential_usage u where u.credential_id = c.id
    order by u.used_at desc limit 1) as "lastUsedAt",
  ${LAST_ADVICE}`;

export interface ListedRow extends Credential {
  isOwner: boolean;
  level: number | null;
  offered: boolean;
  lastUsedAt: Date | null;
  lastAdvice: string | null;
}

export function toListed(row: ListedRow): ListedCredential {
  const { isOwner, level, offered, lastUsedAt, lastAdvice, ...credential } = row;
  return { credential, isOwner, level: levelOf(level), offered, lastUsedAt, lastAdvice };
}
