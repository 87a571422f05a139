import type { Caller } from '../../../domain/access/caller.js';
import type { Credential } from '../../../domain/credentials/credential.js';
import type { Access, AccessReads } from '../../../ports/reading.js';
import type { Clock } from '../../../ports/runtime.js';
import { batched } from '../core/batched.js';
import { CREDENTIAL_COLUMNS, credentialOrNull, levelOf, type Outer } from '../core/credentialRow.js';
import { isUnavailable } from '../core/errors.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { CALLER_ACTIVE, callerActive, callerValues, LEVEL, REACHES, reaches, rolesOf } from './reach.js';

/** Always one row, so that "no such account", "no such credential" and "no right" come from one round trip. */
const ACCESS = `
  select ${CALLER_ACTIVE} as "callerActive", c.owner = $1 as "isOwner",
    (select max(${LEVEL}) from broker.grants g where g.credential_id = c.id and ${REACHES}) as level,
    ${CREDENTIAL_COLUMNS}
  from (select 1) one left join broker.credentials c on c.id = $6::uuid`;

const EACH = {
  principal: 'asked.principal',
  now: '$5::timestamptz',
  kind: 'asked.kind',
  roles: `string_to_array(asked.roles, ',')`,
  session: 'asked.session',
};

/** The same for many questions at once; one row each, in their order. */
const ACCESS_OF_MANY = `
  select ${callerActive(EACH)} as "callerActive", c.owner = asked.principal as "isOwner",
    (select max(${LEVEL}) from broker.grants g where g.credential_id = c.id and ${reaches(EACH)}) as level,
    ${CREDENTIAL_COLUMNS}
  from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $6::text[])
    with ordinality asked (principal, kind, roles, id, session, n)
    left join broker.credentials c on c.id = asked.id
  order by asked.n`;

const ACTIVE = `select ${CALLER_ACTIVE} as "callerActive"`;

/** Statements of this kind under way at once; what comes meanwhile goes out together as the next one. */
const UNDER_WAY = 2;
const MOST_AT_ONCE = 100;
const MAY_WAIT = 5_000;

type AccessRow = Outer<Credential> & { callerActive: boolean; isOwner: boolean | null; level: number | null };
const NOTHING: Access = { callerActive: false, isOwner: false, level: null, credential: null };

interface Question {
  caller: Caller;
  credentialId: string;
}

/** The hot path: every read of a value begins with one of these. */
export function accessReads(query: Query, clock: Clock): AccessReads {
  const one = async ({ caller, credentialId }: Question): Promise<Access> => {
    const values = [...callerValues(caller, clock.now()), uuidOrNull(credentialId)];
    return (await query<AccessRow>({ name: 'access', text: ACCESS, values })).map(toAccess)[0] ?? NOTHING;
  };
  const many = async (questions: readonly Question[]): Promise<Access[]> => {
    const values = [
      questions.map(({ caller }) => caller.principal),
      questions.map(({ caller }) => caller.kind),
      questions.map(({ caller }) => rolesOf(caller).join(',')),
      questions.map(({ credentialId }) => uuidOrNull(credentialId)),
      clock.now(),
      questions.map(({ caller }) => caller.session ?? null),
    ];
    return (await query<AccessRow>({ name: 'access-of-many', text: ACCESS_OF_MANY, values })).map(toAccess);
  };
  const ask = batched({
    one,
    many,
    underWay: UNDER_WAY,
    most: MOST_AT_ONCE,
    mayWait: MAY_WAIT,
    meetsAll: isUnavailable,
  });
  return {
    access: (caller, credentialId) => ask({ caller, credentialId }),

    async callerActive(caller) {
      const [row] = await query<Pick<Access, 'callerActive'>>({
        name: 'caller-active',
        text: ACTIVE,
        values: callerValues(caller, clock.now()),
      });
      return row?.callerActive === true;
    },
  };
}

function toAccess({ callerActive, isOwner, level, ...credential }: AccessRow): Access {
  return {
    callerActive,
    isOwner: isOwner === true,
    level: levelOf(level),
    credential: credentialOrNull(credential),
  };
}
