import { type Caller, ROLES, roleAtLeast } from '../../../domain/access/caller.js';

/** SQL for who asks: where a statement finds the principal, kind, roles (`text[]`), login or secret, and the time. */
interface Asker {
  principal: string;
  now: string;
  kind: string;
  roles: string;
  session: string;
}

const ONE_ASKER: Asker = { principal: '$1', now: '$2', kind: '$3', roles: '$4::text[]', session: '$5::text' };

/** SQL that is true when a role of ours is at least as high as the highest of the caller's roles. */
const bounds = (role: string, roles: string) =>
  `array_position(array['${ROLES.join("', '")}'], ${role}) >= cardinality(${roles})`;

/** SQL that is true for a principal that is not disabled; local people have that in their own row. */
export const notShutOut = (principal: string): string =>
  `not exists (select 1 from broker.disabled_principals d where d.principal = ${principal})`;

/**
 * SQL that is true while the caller's account is valid. Local people, people who logged in here with an OIDC issuer (their
 * calls have a session) and service accounts need a live row; other people of another issuer have none. All but the local
 * are valid until they are disabled as principals. A token is no longer valid once its
 * session ended, its account got another secret, or the row has a lower role than the token.
 */
export const callerActive = ({ principal, now, kind, roles, session }: Asker): string => `
  (case
    when ${principal} like 'local:%' then exists (
      select 1 from broker.people p where p.principal = ${principal} and not p.disabled and ${bounds('p.role', roles)})
      and (${session} is null or exists (
        select 1 from broker.sessions s where s.id = ${session} and s.principal = ${principal}
          and s.revoked_at is null))
    when ${kind} = 'service_account' then exists (
      select 1 from broker.service_accounts s where s.id = substr(${principal}, 4)
        and s.revoked_at is null and (s.expires_at is null or s.expires_at > ${now}) and ${bounds('s.role', roles)}
        and (${session} is null or s.secret_id = ${session}))
      and ${notShutOut(principal)}
    else ${notShutOut(principal)} and (${session} is null or (
      exists (select 1 from broker.people p where p.principal = ${principal} and ${bounds('p.role', roles)})
      and exists (select 1 from broker.sessions s where s.id = ${session} and s.principal = ${principal}
        and s.revoked_at is null)))
  end)`;

/** SQL that is true for an unexpired grant `g` that reaches the caller: for the few grants of one credential. */
export const reaches = ({ principal, now, kind, roles }: Omit<Asker, 'session'>): string => `
  ((g.expires_at is null or g.expires_at > ${now}) and (
    (g.subject_kind = ${kind} and g.subject = ${principal})
    or (g.subject_kind = 'team' and g.subject in (
      select m.team from broker.team_members m where m.principal = ${principal}))
    or (g.subject_kind = 'role' and ${kind} = 'user' and g.subject = any(${roles}))))`;

/** For statements with one asker: the first five values are `callerValues`, or `reachValues` where only grants count. */
export const CALLER_ACTIVE = callerActive(ONE_ASKER);
export const REACHES = reaches(ONE_ASKER);

/** SQL for the level of grant `g` as a number, so that the highest can be found. */
export const LEVEL = `(case g.level when 'manage' then 3 when 'read' then 2 else 1 end)`;

/**
 * SQL for the ways on which grants reach a caller, `$1` to `$4` of `reachValues`: one row each, of kind and subject;
 * whether the caller agreed to be in the team, and since when they are.
 */
export const WAYS = `
  select $3::text as kind, $1::text as subject, true as confirmed, timestamptz 'epoch' as since
  union all select 'team', m.team, m.confirmed, m.since from broker.team_members m where m.principal = $1
  union all select 'role', role, true, 'epoch' from unnest($4::text[]) role where $3 = 'user'`;

/** SQL that is true for an unexpired grant `g` that reaches on `way`. */
export const BY_WAY = `
  (g.subject_kind = way.kind and g.subject = way.subject and (g.expires_at is null or g.expires_at > $2))`;

/**
 * SQL for all grants `g` that reach a caller, `$1` to `$4` of `reachValues`. The offset has Postgres go way by way
 * through an index, in place of reading everybody's grants.
 */
export const GRANTED = `
  (${WAYS}) way cross join lateral (
    select g.*, way.confirmed as way_confirmed, way.since as joined_at
    from broker.grants g where ${BY_WAY} offset 0) g`;

/** SQL for the ids of the credentials that a caller, `$1` to `$4` of `reachValues`, owns or manages. */
export const OWNED_OR_MANAGED = `
  select o.id from broker.credentials o where o.owner = $1
  union all select g.credential_id from ${GRANTED} where ${LEVEL} = 3`;

/** What `$1` to `$5` are for a caller. */
export function callerValues(caller: Caller, now: Date): [string, Date, string, string[], string | null] {
  return [...reachValues(caller, now), caller.session ?? null];
}

/** What `$1` to `$4` are for a caller. */
export function reachValues(caller: Caller, now: Date): [string, Date, string, string[]] {
  return [caller.principal, now, caller.kind, rolesOf(caller)];
}

/** The caller's role and those below. A grant to one of them reaches users only. */
export function rolesOf({ role }: Caller): string[] {
  return ROLES.filter((other) => roleAtLeast(role, other));
}
