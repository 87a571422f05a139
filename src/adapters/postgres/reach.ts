import { type Caller, ROLES, roleAtLeast } from '../../domain/caller.js';

/**
 * SQL that is true while the caller's account counts. `$1` principal, `$2` now. People of the broker's own log-in and
 * service accounts need a live row; people of another issuer have none, but a row that is disabled shuts them out.
 */
export const CALLER_ACTIVE = `
  (case
    when $1 like 'local:%' then exists (
      select 1 from broker.people p where p.principal = $1 and not p.disabled)
    when $1 like 'sa:%' then exists (
      select 1 from broker.service_accounts s where s.id = substr($1, 4)
        and s.revoked_at is null and (s.expires_at is null or s.expires_at > $2))
    else not exists (select 1 from broker.people p where p.principal = $1 and p.disabled)
  end)`;

/** SQL that is true for an unexpired grant `g` that reaches the caller. `$1`, `$2` as above, `$3` kind, `$4` roles. */
export const REACHES = `
  ((g.expires_at is null or g.expires_at > $2) and (
    (g.subject_kind = $3 and g.subject = $1)
    or (g.subject_kind = 'team' and g.subject in (
      select m.team from broker.team_members m where m.principal = $1))
    or (g.subject_kind = 'role' and g.subject = any($4::text[]))))`;

/** SQL for the level of grant `g` as a number, so that the highest can be told. */
export const LEVEL = `(case g.level when 'manage' then 3 when 'read' then 2 else 1 end)`;

/** What `$1` to `$4` are for a caller. A grant to a role reaches users of that role and above, and nobody else. */
export function reachValues(caller: Caller, now: Date): [string, Date, string, string[]] {
  const roles = caller.kind === 'user' ? ROLES.filter((role) => roleAtLeast(caller.role, role)) : [];
  return [caller.principal, now, caller.kind, roles];
}
