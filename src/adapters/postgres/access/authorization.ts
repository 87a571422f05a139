import type { Caller } from '../../../domain/access/caller.js';
import type { ReadableCredential } from '../../../domain/credentials/credential.js';
import type { Access, AccessReads } from '../../../ports/reading.js';
import type { Clock } from '../../../ports/runtime.js';
import { batched } from '../core/batched.js';
import { type Columns, select } from '../core/columns.js';
import { CREDENTIAL, credentialOrNull, levelOf, type Outer } from '../core/credentialRow.js';
import { isUnavailable } from '../core/errors.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { CALLER_ACTIVE, callerActive, callerValues, LEVEL, reaches, rolesOf } from './reach.js';

const EACH = {
  principal: 'asked.principal',
  now: '$5::timestamptz',
  kind: 'asked.kind',
  roles: `string_to_array(asked.roles, ',')`,
  session: 'asked.session',
};

/**
 * One row for each question, in their order, so that "no such account", "no such credential" and "no right" come from one
 * round trip. Postgres keeps one plan for it, since the sub-selects hide how many questions there are; it would plan a
 * statement for one question again each time, and that takes longer than running it.
 */
const accessOf = <T>(columns: Columns<T>): string => `
  select ${callerActive(EACH)} as "callerActive", c.owner = asked.principal as "isOwner",
    (select max(${LEVEL}) from broker.grants g where g.credential_id = c.id and ${reaches(EACH)}) as level,
    ${select(columns, 'c')}
  from unnest((select $1::text[]), (select $2::text[]), (select $3::text[]), (select $4::uuid[]), (select $6::text[]))
    with ordinality asked (principal, kind, roles, id, session, n)
    left join broker.credentials c on c.id = asked.id
  order by asked.n`;

/** The columns that a read of the value needs: the others are dear to send and to parse. */
const READABLE: Columns<ReadableCredential> = {
  id: CREDENTIAL.id,
  name: CREDENTIAL.name,
  serviceType: CREDENTIAL.serviceType,
  owner: CREDENTIAL.owner,
  status: CREDENTIAL.status,
  vaultPath: CREDENTIAL.vaultPath,
  activeVersion: CREDENTIAL.activeVersion,
  activeCreatedTime: CREDENTIAL.activeCreatedTime,
  secretFields: CREDENTIAL.secretFields,
};

const ACTIVE = `select ${CALLER_ACTIVE} as "callerActive"`;

/** Statements of this kind under way at once; what comes meanwhile goes out together as the next one. */
const UNDER_WAY = 2;
const MOST_AT_ONCE = 100;
const MAY_WAIT = 5_000;

type AccessRow<T> = Outer<T> & { callerActive: boolean; isOwner: boolean | null; level: number | null };

interface Question {
  caller: Caller;
  credentialId: string;
}

/** The hot path: every read of a value begins with one of these. */
export function accessReads(query: Query, clock: Clock): AccessReads {
  const access = accessStatement(query, clock, { name: 'access', columns: CREDENTIAL });
  const readAccess = accessStatement(query, clock, { name: 'read-access', columns: READABLE });
  return {
    access: (caller, credentialId) => access({ caller, credentialId }),
    readAccess: (caller, credentialId) => readAccess({ caller, credentialId }),

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

/** A statement under this name that shares round trips. */
function accessStatement<T extends { id: string }>(
  query: Query,
  clock: Clock,
  { name, columns }: { name: string; columns: Columns<T> },
): (question: Question) => Promise<Access<T>> {
  const text = accessOf(columns);
  const ask = async (questions: readonly Question[]): Promise<Access<T>[]> => {
    const values = [
      questions.map(({ caller }) => caller.principal),
      questions.map(({ caller }) => caller.kind),
      questions.map(({ caller }) => rolesOf(caller).join(',')),
      questions.map(({ credentialId }) => uuidOrNull(credentialId)),
      clock.now(),
      questions.map(({ caller }) => caller.session ?? null),
    ];
    return (await query<AccessRow<T>>({ name, text, values })).map(toAccess);
  };
  return batched({
    ask,
    underWay: UNDER_WAY,
    most: MOST_AT_ONCE,
    mayWait: MAY_WAIT,
    meetsAll: isUnavailable,
  });
}

function toAccess<T extends { id: string }>(row: AccessRow<T>): Access<T> {
  const { callerActive, isOwner, level, ...credential } = row;
  return {
    callerActive,
    isOwner: isOwner === true,
    level: levelOf(level),
    credential: credentialOrNull<T>(credential as unknown as Outer<T>),
  };
}
