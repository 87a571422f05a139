import type {
  PeopleReads,
  Person,
  ServiceAccount,
  ServiceAccountSecret,
  Session,
  Team,
} from '../../../ports/people.js';
import { select } from '../core/columns.js';
import type { Query } from '../core/pools.js';
import { ACCOUNT, ACCOUNT_SECRET, READ_PERSON, SESSION, TEAM } from './peopleColumns.js';

const PEOPLE = `select ${select(READ_PERSON)} from broker.people`;
const TEAMS = `
  select ${select(TEAM, 't')}, coalesce((select json_agg(json_build_object('principal', m.principal, 'lead', m.lead) order by m.principal)
    from broker.team_members m where m.team = t.name), '[]') as members
  from broker.teams t`;

const ACCOUNT_DISABLED = `exists (
  select 1 from broker.disabled_principals d where d.principal = 'sa:' || s.id) as disabled`;
const ACCOUNTS = `select ${select(ACCOUNT, 's')}, ${ACCOUNT_DISABLED} from broker.service_accounts s`;
const SECRETS = `select ${select(ACCOUNT_SECRET, 's')}, ${ACCOUNT_DISABLED} from broker.service_accounts s`;

/** Mailboxes of people are made by the broker; a schedule of the environment is the operator's. */
const MADE = `
  select 'account' as kind, s.id, s.name, ${ACCOUNT_DISABLED}
  from broker.service_accounts s where s.created_by = $1 and s.revoked_at is null
  union all select 'channel', c.id::text, c.name, false from broker.notification_channels c where c.created_by = $1
  union all select 'schedule', r.id::text, r.name, false from broker.report_schedules r where r.created_by = $1
  order by name, id`;

interface Made {
  kind: 'account' | 'channel' | 'schedule';
  id: string;
  name: string;
  disabled: boolean;
}

/** The team of that name, with its members. */
export async function readTeam(query: Query, name: string): Promise<Team | null> {
  return (await query<Team>({ text: `${TEAMS} where t.name = $1`, values: [name] }))[0] ?? null;
}

const MOST_SESSIONS = 200;

/** People, service accounts, teams and log-ins. */
export function peopleReads(query: Query): PeopleReads {
  return {
    async teams() {
      return await query<Team>({ text: `${TEAMS} order by t.name` });
    },
    team: (name) => readTeam(query, name),
    async teamsOf(principal) {
      const text = 'select team from broker.team_members where principal = $1 order by team';
      return (await query<{ team: string }>({ text, values: [principal] })).map(({ team }) => team);
    },
    async people() {
      return await query<Person>({ text: `${PEOPLE} order by principal` });
    },
    async person(principal) {
      const text = `${PEOPLE} where principal = $1`;
      return (await query<Person>({ name: 'person', text, values: [principal] }))[0] ?? null;
    },
    async serviceAccounts(createdBy) {
      const text = `${ACCOUNTS} where $1::text is null or created_by = $1 order by created_at desc, id`;
      return await query<ServiceAccount>({ text, values: [createdBy ?? null] });
    },
    async serviceAccount(id) {
      const text = `${SECRETS} where id = $1`;
      return (await query<ServiceAccountSecret>({ name: 'service-account', text, values: [id] }))[0] ?? null;
    },
    async madeBy(principal) {
      const rows = await query<Made>({ text: MADE, values: [principal] });
      const of = (wanted: Made['kind']) => rows.filter(({ kind }) => kind === wanted);
      const named = (wanted: Made['kind']) => of(wanted).map(({ id, name }) => ({ id, name }));
      const accounts = of('account').map(({ id, name, disabled }) => ({ id, name, disabled }));
      return { accounts, channels: named('channel'), reportSchedules: named('schedule') };
    },
    async session(id) {
      const text = `select ${select(SESSION)} from broker.sessions where id = $1`;
      return (await query<Session>({ name: 'session', text, values: [id] }))[0] ?? null;
    },
    async openSessions(principal, now) {
      const text = `select ${select(SESSION)} from broker.sessions
                    where principal = $1 and revoked_at is null and expires_at > $2
                    order by created_at desc, id limit ${MOST_SESSIONS}`;
      return await query<Session>({ text, values: [principal, now] });
    },
  };
}
