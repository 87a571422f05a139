import type { ChangeTx } from '../../../ports/changes.js';
import type { Query, SqlValue } from '../core/pools.js';
import { insertRecord } from '../core/values.js';
import { toPerson } from './peopleReads.js';

type PeopleWrites = Pick<
  ChangeTx,
  | 'lockAdmins'
  | 'lockPerson'
  | 'insertPerson'
  | 'deletePerson'
  | 'updatePerson'
  | 'insertServiceAccount'
  | 'updateServiceAccount'
  | 'replaceAccountSecret'
  | 'insertSession'
  | 'revokeSession'
  | 'revokeSessionsOf'
>;

const PERSON_COLUMNS = {
  role: 'role',
  disabled: 'disabled',
  disabledAt: 'disabled_at',
  disabledBy: 'disabled_by',
  mustChangePassword: 'must_change_password',
  lastLoginAt: 'last_login_at',
  email: 'email',
};
const ACCOUNT_COLUMNS = {
  revokedAt: 'revoked_at',
  expiresAt: 'expires_at',
  lastUsedAt: 'last_used_at',
};

/** Writes of one transaction to people, service accounts and their log-ins. */
export function peopleWrites(query: Query): PeopleWrites {
  return {
    async lockAdmins() {
      const text = `select * from broker.people where role = 'admin' and not disabled order by principal for update`;
      return (await query({ text })).map(toPerson);
    },
    async lockPerson(principal) {
      const text = 'select * from broker.people where principal = $1 for update';
      const [row] = await query({ text, values: [principal] });
      return row === undefined ? null : toPerson(row);
    },
    async deletePerson(principal) {
      await query({ text: 'delete from broker.people where principal = $1', values: [principal] });
    },
    insertPerson: (person) =>
      insertRecord(query, 'people', {
        principal: person.principal,
        username: person.username,
        email: person.email,
        role: person.role,
        disabled: person.disabled,
        must_change_password: person.mustChangePassword,
        created_at: person.createdAt,
        created_by: person.createdBy,
        last_login_at: person.lastLoginAt,
      }),
    async updatePerson(principal, patch) {
      const { sets, values } = assignments(PERSON_COLUMNS, patch);
      const text = `update broker.people set ${['principal = principal', ...sets].join(', ')} where principal = $1 returning *`;
      const [row] = await query({ text, values: [principal, ...values] });
      return row === undefined ? null : toPerson(row);
    },
    insertServiceAccount: (account) =>
      insertRecord(query, 'service_accounts', {
        id: account.id,
        name: account.name,
        description: account.description,
        role: account.role,
        secret_hmac: account.secretHmac,
        secret_id: account.secretId,
        created_at: account.createdAt,
        created_by: account.createdBy,
        expires_at: account.expiresAt,
        revoked_at: account.revokedAt,
        last_used_at: account.lastUsedAt,
      }),
    async updateServiceAccount(id, patch) {
      const { sets, values } = assignments(ACCOUNT_COLUMNS, patch);
      const text = `update broker.service_accounts set ${['id = id', ...sets].join(', ')} where id = $1`;
      await query({ text, values: [id, ...values] });
    },
    async replaceAccountSecret({ id, secretHmac }, next) {
      const text = `update broker.service_accounts set secret_hmac = $3, secret_id = $4
                    where id = $1 and secret_hmac = $2 and revoked_at is null returning 1`;
      return (await query({ text, values: [id, secretHmac, next.secretHmac, next.secretId] })).length > 0;
    },
    insertSession: (session) =>
      insertRecord(query, 'sessions', {
        id: session.id,
        principal: session.principal,
        secret_hmac: session.secretHmac,
        created_at: session.createdAt,
        expires_at: session.expiresAt,
        revoked_at: session.revokedAt,
      }),
    async revokeSession(id, at) {
      const text = 'update broker.sessions set revoked_at = $2 where id = $1 and revoked_at is null';
      await query({ text, values: [id, at] });
    },
    async revokeSessionsOf(principal, at, except) {
      const text = `update broker.sessions set revoked_at = $2
                    where principal = $1 and revoked_at is null and id is distinct from $3`;
      await query({ text, values: [principal, at, except ?? null] });
    },
  };
}

/** `$1` is the row's key, so the values begin at `$2`. */
function assignments<P extends object>(
  columns: Record<keyof P & string, string>,
  patch: P,
): { sets: string[]; values: SqlValue[] } {
  const given = (Object.keys(columns) as (keyof P & string)[]).filter(
    (member) => patch[member] !== undefined,
  );
  return {
    sets: given.map((member, index) => `${columns[member]} = $${index + 2}`),
    values: given.map((member) => patch[member] as SqlValue),
  };
}
