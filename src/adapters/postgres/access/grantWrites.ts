import type { Grant } from '../../../domain/access/grant.js';
import { BrokerError } from '../../../domain/errors.js';
import type { GrantWrites } from '../../../ports/sharing.js';
import type { Query } from '../core/pools.js';

/** With its acceptances: a grant that is taken back and given again is a new offer. A decline stays. */
const REMOVE = `
  with gone as (
    delete from broker.grants g where g.credential_id = $1 and not exists (
      select 1 from unnest($2::text[], $3::text[]) kept (kind, subject)
      where kept.kind = g.subject_kind and kept.subject = g.subject)
    returning g.id
  )
  delete from broker.offer_answers a using gone where a.grant_id = gone.id and a.answer = 'accepted'`;

/**
 * True when the previous grant counts as not given: it had expired, gave no values, needed consent, or needed none
 * only until a time that a giver whose grants need consent has moved.
 */
const BEGINS = `(coalesce(held.expires_at <= excluded.created_at, false) or held.level = 'use' and excluded.level <> 'use'
  or excluded.confirmed and not held.confirmed
  or held.confirmed and not excluded.confirmed
    and coalesce(held.expires_at < coalesce(excluded.expires_at, 'infinity'), false))`;
const newOr = (column: string) =>
  `${column} = case when ${BEGINS} then excluded.${column} else held.${column} end`;

const PUT = `
  insert into broker.grants as held (credential_id, created_by, created_at, since, giver_role, confirmed, subject_kind,
    subject, level, expires_at)
  select $1::uuid, $2::text, $3::timestamptz, $3::timestamptz, g.*
  from unnest($4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::timestamptz[]) g
  on conflict (credential_id, subject_kind, subject) do update
    set id = case when held.expires_at <= excluded.created_at then excluded.id else held.id end,
      level = excluded.level, expires_at = excluded.expires_at,
      ${['created_by', 'created_at', 'since', 'giver_role', 'confirmed'].map(newOr).join(', ')}
    where (held.level, held.expires_at) is distinct from (excluded.level, excluded.expires_at)`;

/** What stays is left alone: each row that goes or comes is reported to the receivers. */
async function replaceGrants(
  query: Query,
  ...[credentialId, grants, by, at]: Parameters<GrantWrites['replaceGrants']>
): Promise<void> {
  await holdTeams(query, grants);
  const [kinds, subjects] = [grants.map((grant) => grant.subjectKind), grants.map((grant) => grant.subject)];
  await query({ text: REMOVE, values: [credentialId, kinds, subjects] });
  const values = [
    credentialId,
    by,
    at,
    grants.map((grant) => grant.giverRole ?? null),
    grants.map((grant) => grant.confirmed ?? false),
    kinds,
    subjects,
    grants.map((grant) => grant.level),
    grants.map((grant) => grant.expiresAt),
  ];
  await query({ text: PUT, values });
  await query({ text: 'select broker.note_state($1::uuid, $2)', values: [credentialId, at] });
}

/** A grant to a team that is being removed would wait for the next team of that name. */
async function holdTeams(query: Query, grants: readonly Grant[]): Promise<void> {
  const teams = grants.filter((grant) => grant.subjectKind === 'team').map((grant) => grant.subject);
  if (teams.length === 0) return;
  const text = 'select name from broker.teams where name = any($1::text[]) order by name for share';
  const found = await query({ text, values: [teams] });
  if (found.length === teams.length) return;
  throw new BrokerError('conflict', {
    detail: 'A team was removed at the same time. Read the grants again and repeat.',
  });
}

/** Writes of one transaction to grants. */
export function grantWrites(query: Query): GrantWrites {
  return { replaceGrants: (...args) => replaceGrants(query, ...args) };
}
