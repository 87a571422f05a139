import type { Access, Clock, Records } from '../../ports.js';
import { CREDENTIAL_COLUMNS, credentialOrNull, levelOf, uuidOrNull } from './credentialRow.js';
import type { Query } from './pools.js';
import { CALLER_ACTIVE, LEVEL, REACHES, reachValues } from './reach.js';

/** Always one row, so that "no such account", "no such credential" and "no right" come from one round trip. */
const ACCESS = `
  select ${CALLER_ACTIVE} as caller_active, c.owner = $1 as is_owner,
    (select max(${LEVEL}) from broker.grants g where g.credential_id = c.id and ${REACHES}) as level,
    ${CREDENTIAL_COLUMNS}
  from (select 1) one left join broker.credentials c on c.id = $5::uuid`;

const ACTIVE = `select ${CALLER_ACTIVE} as caller_active`;

/** The hot path: every read of a value begins with one of these. */
export function accessReads(query: Query, clock: Clock): Pick<Records, 'access' | 'callerActive'> {
  return {
    async access(caller, credentialId): Promise<Access> {
      const values = [...reachValues(caller, clock.now()), uuidOrNull(credentialId)];
      const [row = {}] = await query({ name: 'access', text: ACCESS, values });
      return {
        callerActive: row['caller_active'] === true,
        isOwner: row['is_owner'] === true,
        level: levelOf(row['level']),
        credential: credentialOrNull(row),
      };
    },

    async callerActive(caller) {
      const values = [caller.principal, clock.now()];
      const [row] = await query({ name: 'caller-active', text: ACTIVE, values });
      return row?.['caller_active'] === true;
    },
  };
}
