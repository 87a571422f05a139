import type { Person, ServiceAccount, ServiceAccountSecret, Session, Team } from '../../../ports/people.js';
import type { Records } from '../../../ports/records.js';
import type { Query, Row } from '../core/pools.js';

type PeopleReads = Pick<
  Records,
  | 'teams'
  | 'team'
  | 'teamsOf'
  | 'people'
  | 'person'
  | 'serviceAccounts'
  | 'serviceAccount'
  | 'madeBy'
  | 'session'
>;

const TEAMS = `
  select t.*, coalesce((select json_agg(json_build_object('principal', m.principal, 'lead', m.lead) order by m.principal)
    from broker.team_members m where m.team = t.name), '[]') as members
  from broker.teams t`;

const ACCOUNTS = `
  select s.*, exists (select 1 from broker.disabled_principals d where d.principal = 'sa:' || s.id) as disabled
  from broker.service_accounts s`;

/** Mailboxes of people are made by the broker; a schedule of the environment is the operator's. */
const MADE = `
  select 'account' as kind, s.id, s.name, exists (
    select 1 from broker.disabled_principals d where d.principal = 'sa:' || s.id) as disabled
  from broker.service_accounts s where s.created_by = $1 and s.revoked_at is null
  union all select 'channel', c.id::text, c.name, false from broker.notification_channels c where c.created_by = $1
  union all select 'schedule', r.id::text, r.name, false from broker.report_schedules r where r.created_by = $1
  order by name, id`;

/** The team of that name, with its members. */
export async function readTeam(query: Query, name: string): Promise<Team | null> {
  const [row] = await query({ text: `${TEAMS} where t.name = $1`, values: [name] });
  return row === undefined ? null : toTeam(row);
}

/** People, service accounts, teams and log-ins. */
export function peopleReads(query: Query): PeopleReads {
  return {
    async teams() {
      return (await query({ text: `${TEAMS} order by t.name` })).map(toTeam);
    },
    team: (name) => readTeam(query, name),
    async teamsOf(principal) {
      const text = 'select team from broker.team_members where principal = $1 order by team';
      return (await query({ text, values: [principal] })).map((row) => row['team'] as string);
    },
    async people() {
      return (await query({ text: 'select * from broker.people order by principal' })).map(toPerson);
    },
    async person(principal) {
      const text = 'select * from broker.people where principal = $1';
      const [row] = await query({ name: 'person', text, values: [principal] });
      return row === undefined ? null : toPerson(row);
    },
    async serviceAccounts(createdBy) {
      const text = `${ACCOUNTS} where $1::text is null or created_by = $1 order by created_at desc, id`;
      return (await query({ text, values: [createdBy ?? null] })).map(toServiceAccount);
    },
    async serviceAccount(id) {
      const text = `${ACCOUNTS} where id = $1`;
      const [row] = await query({ name: 'service-account', text, values: [id] });
      return row === undefined ? null : withSecret(row);
    },
    async madeBy(principal) {
      const rows = await query({ text: MADE, values: [principal] });
      const named = (kind: string) =>
        rows
          .filter((row) => row['kind'] === kind)
          .map((row) => ({ id: String(row['id']), name: String(row['name']) }));
      const accounts = rows
        .filter((row) => row['kind'] === 'account')
        .map((row) => ({
          id: String(row['id']),
          name: String(row['name']),
          disabled: row['disabled'] === true,
        }));
      return { accounts, channels: named('channel'), reportSchedules: named('schedule') };
    },
    async session(id) {
      const text = 'select * from broker.sessions where id = $1';
      const [row] = await query({ name: 'session', text, values: [id] });
      return row === undefined ? null : toSession(row);
    },
  };
}

function toTeam(row: Row): Team {
  return {
    name: row['name'],
    description: row['description'],
    createdAt: row['created_at'],
    createdBy: row['created_by'],
    members: row['members'],
  } as Team;
}

/** The person of a row that has all its columns. */
export function toPerson(row: Row): Person {
  return {
    principal: row['principal'],
    username: row['username'],
    email: row['email'],
    role: row['role'],
    disabled: row['disabled'],
    mustChangePassword: row['must_change_password'],
    createdAt: row['created_at'],
    createdBy: row['created_by'],
    lastLoginAt: row['last_login_at'],
  } as Person;
}

function toServiceAccount(row: Row): ServiceAccount {
  return {
    id: row['id'],
    name: row['name'],
    description: row['description'],
    role: row['role'],
    createdAt: row['created_at'],
    createdBy: row['created_by'],
    expiresAt: row['expires_at'],
    revokedAt: row['revoked_at'],
    lastUsedAt: row['last_used_at'],
    disabled: row['disabled'] === true,
  } as ServiceAccount;
}

function withSecret(row: Row): ServiceAccountSecret {
  const secretId = row['secret_id'] as string | null;
  return { ...toServiceAccount(row), secretHmac: row['secret_hmac'] as string, secretId };
}

function toSession(row: Row): Session {
  return {
    id: row['id'],
    principal: row['principal'],
    secretHmac: row['secret_hmac'],
    createdAt: row['created_at'],
    expiresAt: row['expires_at'],
    revokedAt: row['revoked_at'],
  } as Session;
}
