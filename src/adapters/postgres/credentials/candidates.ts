import type { ClaimHistory, ReachingGrant } from '../../../domain/access/claims.js';
import type { Credential } from '../../../domain/credentials/credential.js';
import type { Preference } from '../../../domain/environment/variablePlan.js';
import type { Candidate, CandidateQuery, CandidateReads } from '../../../ports/reading.js';
import type { Clock } from '../../../ports/runtime.js';
import { answered, GRANT_JSON, historyJson, ms, NO_HISTORY } from '../access/claimJson.js';
import { CALLER_ACTIVE, callerValues, GRANTED, LEVEL, REACHES } from '../access/reach.js';
import { CREDENTIAL_COLUMNS, levelOf, type Outer } from '../core/credentialRow.js';
import type { Query, SqlValue, Statement } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';

/** Offers are counted up to here; strangers may make any number of them. */
const MOST_OFFERS = 100;

const OWN_VIEW = 'c.own_env_names as "ownEnvNames", c.own_labels as "ownLabels", c.own_name as "ownName"';

/** The owner's view, where it differs from that of others. */
interface OwnView {
  ownEnvNames: Credential['envNames'] | null;
  ownLabels: Credential['labels'] | null;
  ownName: string | null;
}
const NO_VIEW: OwnView = { ownEnvNames: null, ownLabels: null, ownName: null };

/** What is known of the caller, in each row. */
interface Asked {
  callerActive: boolean;
  keeper: string | null;
  preferences: Preference[] | null;
  offers: number;
}

interface CandidateRow extends Credential, OwnView {
  isOwner: boolean;
  level: number | null;
  grants: ReachingGrant[] | null;
  history: ClaimHistory | null;
}

const statement = (found: string, offers: string): string => `
  select active.*, found.*
  from (
    select ${CALLER_ACTIVE} as "callerActive",
      (select s.created_by from broker.service_accounts s where s.id = substr($1, 4) and $1 like 'sa:%') as keeper,
      (select jsonb_agg(jsonb_build_object('kind', p.kind, 'name', p.name, 'credentialId', p.credential_id,
        'setAt', ${ms('p.set_at')})) from broker.preferences p where p.principal = $1) as preferences,
      ${offers} as offers
  ) active left join (${found}) found on true
  order by found."isOwner" desc, found."createdAt", found.id`;

/** Credentials that are known by id, however many the caller reaches. The subquery lets one plan do for any number. */
const BY_ID = statement(
  `
  select ${CREDENTIAL_COLUMNS}, ${OWN_VIEW}, c.owner = $1 as "isOwner", reached.level, null::jsonb as grants, null::jsonb as history
  from broker.credentials c cross join lateral (
    select max(${LEVEL}) as level from broker.grants g where g.credential_id = c.id and ${REACHES}) reached
  where c.id = any(array(select unnest($6::uuid[]))) and c.status = 'active'
    and (c.owner = $1 or reached.level is not null)`,
  '0',
);

const WANTED = `c.status = 'active' and (
  c.id = any($6::uuid[]) or c.name = any($7::text[]) or c.service_type = any($8::text[])
  or c.env_names ?| $9::text[] or ($10::boolean and c.env_names <> '{}'::jsonb)
  or (c.owner = $1 and (c.own_name = any($7::text[]) or ($10::boolean and c.own_env_names is not null))))`;

/** Every grant on its way to the caller, and whether it may fill something. */
const REACHED = `
  select g.credential_id, ${LEVEL} as level, ${GRANT_JSON} as reaching,
    (g.confirmed and g.way_confirmed) or a.grant_id is not null as counts
  from ${GRANTED} ${answered()}`;

const OPEN_OFFERS = `(select count(*)::integer from (
  select 1 from reached where not reached.counts and not exists (select 1 from broker.offer_answers d
    where d.credential_id = reached.credential_id and d.principal = $1 and d.answer = 'declined')
  limit ${MOST_OFFERS}) open)`;

/**
 * Begins with what the caller owns and reaches: of one name, type or variable all owners together may have thousands. Offers
 * are looked at only where ids or names are asked for, which need no consent.
 */
const BY_REACH = `
  with reached as materialized (${REACHED}), granted as (
    select credential_id, max(level) as level, jsonb_agg(reaching) as grants from reached
    where counts or cardinality($6::uuid[]) + cardinality($7::text[]) > 0 group by credential_id
  )
  ${statement(
    `select ${CREDENTIAL_COLUMNS}, ${OWN_VIEW}, true as "isOwner", granted.level, granted.grants, ${historyJson()} as history
    from broker.credentials c left join granted on granted.credential_id = c.id
    where c.owner = $1 and ${WANTED}
    union all
    select ${CREDENTIAL_COLUMNS}, ${OWN_VIEW}, false, granted.level, granted.grants, ${historyJson()}
    from granted join broker.credentials c on c.id = granted.credential_id
    where c.owner <> $1 and ${WANTED}`,
    OPEN_OFFERS,
  )}`;

/** What `resolve` and `environment` choose from. */
export function candidateReads(query: Query, clock: Clock): CandidateReads {
  return {
    async candidates(caller, wanted) {
      const rows = await query<Asked & Outer<CandidateRow>>(
        statementFor(wanted, callerValues(caller, clock.now())),
      );
      const [asked] = rows;
      return {
        callerActive: asked?.callerActive === true,
        receiver: { principal: caller.principal, keeper: asked?.keeper ?? null },
        preferences: asked?.preferences ?? [],
        offers: asked?.offers ?? 0,
        candidates: rows.filter((row): row is Asked & CandidateRow => row.id !== null).map(toCandidate),
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

function toCandidate(row: Asked & CandidateRow): Candidate {
  const { callerActive, keeper, preferences, offers, isOwner, level, grants, history, ...rest } = row;
  const { ownEnvNames, ownLabels, ownName, ...credential } = rest;
  return {
    ...chosenBy(credential, isOwner ? { ownEnvNames, ownLabels, ownName } : NO_VIEW),
    isOwner,
    level: levelOf(level),
    grants: grants ?? [],
    history: history ?? NO_HISTORY,
  };
}

/** Owners are served by what they agreed to, all others by what the row has. */
function chosenBy(
  credential: Credential,
  own: OwnView,
): Pick<Candidate, 'credential' | 'calledName' | 'heldBack'> {
  const envNames = own.ownEnvNames ?? credential.envNames;
  const labels = own.ownLabels ?? credential.labels;
  const variables = new Set([...Object.keys(credential.envNames), ...Object.keys(envNames)]);
  return {
    credential: { ...credential, envNames, labels },
    calledName: own.ownName ?? credential.name,
    heldBack: [...variables].filter((name) => credential.envNames[name] !== envNames[name]).sort(),
  };
}
