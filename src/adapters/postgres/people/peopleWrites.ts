import type { PeopleWrites, Person } from '../../../ports/people.js';
import { assignments, type Columns, given, insertEntity, select } from '../core/columns.js';
import type { Query } from '../core/pools.js';
import { ACCOUNT, ACCOUNT_SECRET, CLI_CODE, PERSON, SESSION } from './peopleColumns.js';

const PERSON_CHANGES: Columns<Parameters<PeopleWrites['updatePerson']>[1]> = {
  ...PERSON,
  disabledAt: 'disabled_at',
  disabledBy: 'disabled_by',
};

/** Writes of one transaction to people, service accounts and their log-ins. */
export function peopleWrites(query: Query): PeopleWrites {
  return {
    async lockAdmins() {
      const text = `select ${select(PERSON)} from broker.people
                    where role = 'admin' and not disabled and principal like 'local:%' order by principal for update`;
      return await query<Person>({ text });
    },
    async lockPerson(principal) {
      const text = `select ${select(PERSON)} from broker.people where principal = $1 for update`;
      return (await query<Person>({ text, values: [principal] }))[0] ?? null;
    },
    async deletePerson(principal) {
      await query({ text: 'delete from broker.people where principal = $1', values: [principal] });
    },
    insertPerson: (person) => insertEntity(query, 'people', PERSON, person),
    async updatePerson(principal, patch) {
      const { columns, values } = given(PERSON_CHANGES, patch);
      const sets = ['principal = principal', ...assignments(columns, 2)].join(', ');
      const text = `update broker.people set ${sets} where principal = $1 returning ${select(PERSON)}`;
      return (await query<Person>({ text, values: [principal, ...values] }))[0] ?? null;
    },
    insertServiceAccount: (account) => insertEntity(query, 'service_accounts', ACCOUNT_SECRET, account),
    async updateServiceAccount(id, patch) {
      const { columns, values } = given(ACCOUNT, patch);
      const sets = ['id = id', ...assignments(columns, 2)].join(', ');
      const text = `update broker.service_accounts set ${sets} where id = $1`;
      await query({ text, values: [id, ...values] });
    },
    async replaceAccountSecret({ id, secretHmac }, next) {
      const text = `update broker.service_accounts set secret_hmac = $3, secret_id = $4
                    where id = $1 and secret_hmac = $2 and revoked_at is null returning 1`;
      return (await query({ text, values: [id, secretHmac, next.secretHmac, next.secretId] })).length > 0;
    },
    async putIssuerPerson(person) {
      const { columns, values } = given(PERSON, person);
      const places = values.map((_, index) => `$${index + 1}`).join(', ');
      const text = `insert into broker.people (${columns.join(', ')}) values (${places})
                    on conflict (principal) do update
                      set role = excluded.role, name = excluded.name, email = excluded.email`;
      await query({ text, values });
    },
    insertCliCode: (code) =>
      insertEntity(query, 'used_once', { ...CLI_CODE, kind: 'kind' }, { ...code, kind: 'cli' }),
    insertSession: (session) => insertEntity(query, 'sessions', SESSION, session),
    async sessionUsed(id, at) {
      await query({ text: 'update broker.sessions set last_used_at = $2 where id = $1', values: [id, at] });
    },
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
