import type { ClaimHistory } from '../../../domain/access/claims.js';

/** SQL for a moment in milliseconds since 1970. */
export const ms = (moment: string): string => `(extract(epoch from ${moment}) * 1000)::float8`;

/** SQL that joins the yes of a receiver to a grant `g`. */
export const answered = (receiver = '$1'): string => `
  left join broker.offer_answers a on a.grant_id = g.id and a.principal = ${receiver} and a.answer = 'accepted'`;

/** SQL for a `ReachingGrant` of grant `g` of `GRANTED`, its answer `a` joined. */
export const GRANT_JSON = `jsonb_build_object(
    'id', g.id, 'subjectKind', g.subject_kind, 'subject', g.subject, 'level', g.level, 'givenBy', g.created_by,
    'giverRole', g.giver_role, 'confirmed', g.confirmed and g.way_confirmed, 'since', ${ms('g.since')},
    'joinedAt', ${ms('g.joined_at')},
    'accepted', case when a.grant_id is not null then jsonb_build_object('since', ${ms('a.since')}, 'variables', a.variables) end)`;

/** SQL for the `ClaimHistory` of a credential `c`. Who shares a team with the receiver matters only where variables came later. */
export const historyJson = (receiver = '$1'): string => `jsonb_build_object(
    'envAdded', c.env_added, 'activeSince', coalesce(${ms('c.active_since')}, 0), 'labelsAdded', c.labels_added,
    'renamedAt', coalesce(${ms('c.renamed_at')}, 0),
    'mates', case when c.env_added = '{}' then '[]' else to_jsonb(array(
      select distinct m.principal from broker.team_members m
      join broker.team_members mine on mine.team = m.team and mine.principal = ${receiver} and mine.confirmed
      where m.principal in (select added.value ->> 'by' from jsonb_each(c.env_added) added))) end)`;

export const NO_HISTORY: ClaimHistory = {
  envAdded: {},
  activeSince: 0,
  labelsAdded: {},
  renamedAt: 0,
  mates: [],
};
