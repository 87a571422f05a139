import type { Candidate, CandidateQuery, Records } from '../../ports/records.js';
import type { Clock } from '../../ports/runtime.js';
import { CREDENTIAL_COLUMNS, levelOf, toCredential, uuidOrNull } from './credentialRow.js';
import type { Query, Row } from './pools.js';
import { CALLER_ACTIVE, callerValues, LEVEL, REACHES } from './reach.js';

const CANDIDATES = `
  with granted as (
    select g.credential_id, max(${LEVEL}) as level,
      bool_or(g.subject_kind in ('user', 'service_account')) as direct
    from broker.grants g where ${REACHES} group by g.credential_id
  ), mine as (
    select id from broker.credentials where owner = $1 and status = 'active'
    union select credential_id from granted
  ), found as (
    select ${CREDENTIAL_COLUMNS}, c.owner = $1 as is_owner, granted.level,
      case when c.owner = $1 then 0 when granted.direct then 1 else 2 end as rank
    from mine join broker.credentials c on c.id = mine.id left join granted on granted.credential_id = c.id
    where c.status = 'active' and (
      c.id = any($6::uuid[]) or c.name = any($7::text[]) or c.service_type = any($8::text[])
      or c.env_names ?| $9::text[] or ($10::boolean and c.env_names <> '{}'::jsonb))
  )
  select active.caller_active, found.*
  from (select ${CALLER_ACTIVE} as caller_active) active left join found on true
  order by found.rank, found.created_at, found.id`;

/** What `resolve` and `environment` choose from. */
export function candidateReads(query: Query, clock: Clock): Pick<Records, 'candidates'> {
  return {
    async candidates(caller, wanted) {
      const values = [...callerValues(caller, clock.now()), ...wantedValues(wanted)];
      const rows = await query({ name: 'candidates', text: CANDIDATES, values });
      return {
        callerActive: rows[0]?.['caller_active'] === true,
        candidates: rows.filter((row) => row['id'] !== null).map(toCandidate),
      };
    },
  };
}

function wantedValues(wanted: CandidateQuery) {
  const ids = (wanted.ids ?? []).filter((id) => uuidOrNull(id) !== null);
  return [
    ids,
    wanted.names ?? [],
    wanted.serviceTypes ?? [],
    wanted.envNames ?? [],
    wanted.anyEnvName ?? false,
  ];
}

function toCandidate(row: Row): Candidate {
  return {
    credential: toCredential(row),
    isOwner: row['is_owner'] === true,
    level: levelOf(row['level']),
    rank: row['rank'] as Candidate['rank'],
  };
}
