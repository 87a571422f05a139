import type { Clock } from '../../../ports/runtime.js';
import type { OpenedCredential, OpenedReads } from '../../../ports/sharing.js';
import type { Query } from '../core/pools.js';
import { LEVEL, reaches, rolesOf } from './reach.js';

const ADMIN = { principal: '$5', now: '$4', kind: '$6', roles: '$7::text[]' };

/**
 * `$1` teams, `$2` principals, `$3` whether what the principals own counts, `$4` now. What `$5` owns, or holds a grant of
 * level `$8` or more on, is left out. A grant to a role is its owner's decision for everybody of that role.
 */
const OPENED = `
  with teams as (
    select unnest($1::text[]) as team
    union select m.team from broker.team_members m where m.principal = any($2::text[])
  ), granted as (
    select g.credential_id from broker.grants g
    where g.level in ('read', 'manage') and (g.expires_at is null or g.expires_at > $4::timestamptz) and (
      (g.subject_kind = 'team' and g.subject in (select team from teams))
      or (g.subject_kind in ('user', 'service_account') and g.subject = any($2::text[])))
  )
  select c.id, c.name, c.owner from broker.credentials c
  where (($3::boolean and c.owner = any($2::text[])) or c.id in (select credential_id from granted))
    and c.status not in ('destroying', 'destroyed') and c.owner <> $5
    and not exists (select 1 from broker.grants g where g.credential_id = c.id and ${reaches(ADMIN)} and ${LEVEL} >= $8::int)
  order by c.id`;

const NUMBER = { read: 2, manage: 3 } as const;

/** What becomes readable to users who join a team or get an account back, or to an admin who learns a secret. */
export function openedReads(query: Query, clock: Clock): OpenedReads {
  return {
    async openedTo({ teams, principals, owned }, { caller, level }) {
      const asked = [teams, principals, owned, clock.now()];
      const values = [...asked, caller.principal, caller.kind, rolesOf(caller), NUMBER[level]];
      return await query<OpenedCredential>({ text: OPENED, values });
    },
  };
}
