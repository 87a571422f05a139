import type { Candidate, CandidateQuery, Records } from '../../ports/records.js';
import type { Clock } from '../../ports/runtime.js';
import { CREDENTIAL_COLUMNS, levelOf, toCredential, uuidOrNull } from './credentialRow.js';
import type { Query, Row, SqlValue, Statement } from './pools.js';
import { CALLER_ACTIVE, callerValues, GRANTED, LEVEL, REACHES } from './reach.js';

const DIRECT = `bool_or(g.subject_kind in ('user', 'service_account'))`;

const statement = (found: string): string => `
  select active.caller_active, found.*
  from (select ${CALLER_ACTIVE} as caller_active) active left join (${found}) found on true
  order by found.rank, found.created_at, found.id`;

/** Credentials that are known by id, however many the caller reaches. The subquery lets one plan do for any number. */
const BY_ID = statement(`
  select ${CREDENTIAL_COLUMNS}, c.owner = $1 as is_owner, reached.level,
    case when c.owner = $1 then 0 when reached.direct then 1 else 2 end as rank
  from broker.credentials c cross join lateral (
    select max(${LEVEL}) as level, ${DIRECT} as direct
    from broker.grants g where g.credential_id = c.id and ${REACHES}) reached
  where c.id = any(array(select unnest($6::uuid[]))) and c.status = 'active'
    and (c.owner = $1 or reached.level is not null)`);

const WANTED = `c.status = 'active' and (
  c.id = any($6::uuid[]) or c.name = any($7::text[]) or c.service_type = any($8::text[])
  or c.env_names ?| $9::text[] or ($10::boolean and c.env_names <> '{}'::jsonb))`;

/** Begins with what the caller owns and reaches: of one name, type or variable all owners together may have thousands. */
const BY_REACH = statement(`
  with granted as (
    select g.credential_id, max(${LEVEL}) as level, ${DIRECT} as direct
    from ${GRANTED} group by g.credential_id
  )
  select ${CREDENTIAL_COLUMNS}, true as is_owner, granted.level, 0 as rank
  from broker.credentials c left join granted on granted.credential_id = c.id
  where c.owner = $1 and ${WANTED}
  union all
  select ${CREDENTIAL_COLUMNS}, false, granted.level, case when granted.direct then 1 else 2 end
  from granted join broker.credentials c on c.id = granted.credential_id
  where c.owner <> $1 and ${WANTED}`);

/** What `resolve` and `environment` choose from. */
export function candidateReads(query: Query, clock: Clock): Pick<Records, 'candidates'> {
  return {
    async candidates(caller, wanted) {
      const rows = await query(statementFor(wanted, callerValues(caller, clock.now())));
      return {
        callerActive: rows[0]?.['caller_active'] === true,
        candidates: rows.filter((row) => row['id'] !== null).map(toCandidate),
      };
    },
  };
}

function statementFor(wanted: CandidateQuery, asker: readonly SqlValue[]): Statement {
  const ids = (wanted.ids ?? []).filter((id) => uuidOrNull(id) !== null);
  const { names = [], serviceTypes = [], envNames = [], anyEnvName = false } = wanted;
  const others = names.length + serviceTypes.length + envNames.length;
  if (others === 0 && !anyEnvName) return { name: 'candidates-by-id', text: BY_ID, values: [...asker, ids] };
  const values = [...asker, ids, names, serviceTypes, envNames, anyEnvName];
  return { name: 'candidates', text: BY_REACH, values };
}

function toCandidate(row: Row): Candidate {
  return {
    credential: toCredential(row),
    isOwner: row['is_owner'] === true,
    level: levelOf(row['level']),
    rank: row['rank'] as Candidate['rank'],
  };
}
