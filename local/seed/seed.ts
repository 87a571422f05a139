import { ADMIN, asOwner, makeSeedAdmin } from './admin.js';
import { logIn, Refused, type Session, unlessThere } from './api.js';
import { CREDENTIALS, type SampleCredential } from './credentials.js';
import { writeHistory } from './history.js';
import type { LocalSystem } from './localSystem.js';
import { passwordsFor } from './passwords.js';
import { ACCOUNTS, PEOPLE, TEAMS } from './people.js';

/** How many of a kind this run added, and how many were there. */
export interface Seeded {
  people: Count;
  teams: Count;
  accounts: Count;
  credentials: Count;
  reports: Count;
}
interface Count {
  added: number;
  there: number;
}
type Sessions = Record<string, Session>;

/** Adds what is missing of the sample data. */
export async function seed(system: LocalSystem, step: (line: string) => void): Promise<Seeded> {
  const passwords = passwordsFor(system.data, [ADMIN, ...PEOPLE.map(({ username }) => username)]);
  const passwordOf = (username: string) => passwords[username] ?? '';
  step('Making the admin of the sample data');
  const admin = await adminSession(system, passwordOf(ADMIN));
  step('Adding people and teams');
  const people = await addPeople(system, admin, passwordOf);
  const teams = await addTeams(admin);
  const sessions: Sessions = {};
  for (const { owner } of ACCOUNTS) sessions[owner] ??= await logIn(system.url, owner, passwordOf(owner));
  const { ids, count: accounts } = await addAccounts(sessions);
  step('Adding credentials with a week of history');
  const credentials = await addCredentials(system, sessions, ids);
  step('Making a report');
  const reports = await addReport(admin);
  return { people, teams, accounts, credentials, reports };
}

async function adminSession(system: LocalSystem, password: string): Promise<Session> {
  try {
    return await logIn(system.url, ADMIN, password);
  } catch (error) {
    if (!(error instanceof Refused && error.status === 401)) throw error;
    await makeSeedAdmin(system, password);
    return logIn(system.url, ADMIN, password);
  }
}

async function addPeople(
  system: LocalSystem,
  admin: Session,
  passwordOf: (username: string) => string,
): Promise<Count> {
  const { items } = await admin.get<{ items: { username: string }[] }>('/api/users');
  return counted(PEOPLE, async ({ username, role }) => {
    if (items.some((person) => person.username === username)) return false;
    const body = { username, role };
    const { one_time_password } = await admin.send<{ one_time_password: string }>('POST', '/api/users', body);
    const session = await logIn(system.url, username, one_time_password);
    const change = { current_password: one_time_password, new_password: passwordOf(username) };
    await session.send('POST', '/api/auth/password', change);
    return true;
  });
}

async function addTeams(admin: Session): Promise<Count> {
  const { items } = await admin.get<{ items: { name: string }[] }>('/api/teams');
  return counted(TEAMS, async ({ name, description, lead, member }) => {
    if (items.some((team) => team.name === name)) return false;
    const members = [
      { principal: `local:${lead}`, lead: true },
      { principal: `local:${member}`, lead: false },
    ];
    await admin.send('POST', '/api/teams', { name, description, members });
    return true;
  });
}

async function addAccounts(sessions: Sessions): Promise<{ ids: Record<string, string>; count: Count }> {
  const ids: Record<string, string> = {};
  const count = await counted(ACCOUNTS, async ({ name, description, owner }) => {
    const session = sessionOf(sessions, owner);
    const { items } = await session.get<{ items: { id: string; name: string }[] }>('/api/service-accounts');
    const known = items.find((account) => account.name === name);
    const made =
      known ?? (await session.send<{ id: string }>('POST', '/api/service-accounts', { name, description }));
    ids[name] = made.id;
    return known === undefined;
  });
  return { ids, count };
}

async function addCredentials(
  system: LocalSystem,
  sessions: Sessions,
  accounts: Record<string, string>,
): Promise<Count> {
  return asOwner(system, (owner) =>
    counted(CREDENTIALS, async (sample) => {
      const session = sessionOf(sessions, sample.owner);
      const made = await unlessThere(
        session.send<{ id: string }>('POST', '/api/credentials', bodyOf(sample)),
      );
      if (made === undefined) return false;
      const grants = grantsOf(sample, accounts);
      if (grants.length > 0) await session.send('PUT', `/api/credentials/${made.id}/grants`, { grants });
      await writeHistory(owner, made.id, sample, usersOf(sample, accounts));
      return true;
    }),
  );
}

function bodyOf(sample: SampleCredential): object {
  const { expiresInDays, rotationDays, description = '' } = sample;
  const ends = new Date(Date.now() + (expiresInDays ?? 0) * 86_400_000);
  return {
    name: sample.name,
    service_type: sample.type,
    fields: sample.fields(),
    description,
    labels: { sample: 'yes', ...sample.labels },
    ...(expiresInDays !== undefined && { expires_at: ends.toISOString() }),
    ...(rotationDays !== undefined && { rotation_interval_days: rotationDays }),
    // The addresses do not exist.
    test: 'skip',
  };
}

function grantsOf({ sharedWith = [] }: SampleCredential, accounts: Record<string, string>): object[] {
  return sharedWith.map((word) => {
    const [kind = '', subject = ''] = word.split(':');
    if (kind === 'team') return { subject_kind: 'team', subject, level: 'read' };
    if (kind === 'user') return { subject_kind: 'user', subject: `local:${subject}`, level: 'read' };
    return { subject_kind: 'service_account', subject: accounts[kind], level: 'read' };
  });
}

function usersOf(
  { sharedWith = [], owner }: SampleCredential,
  accounts: Record<string, string>,
): { usedBy: string; caller: string }[] {
  const programs = sharedWith
    .filter((word) => accounts[word] !== undefined)
    .map((word) => ({ usedBy: `${word}@lab`, caller: `sa:${accounts[word]}` }));
  return [...programs, { usedBy: 'deploy-scripts', caller: `local:${owner}` }];
}

async function addReport(admin: Session): Promise<Count> {
  const schedule = { name: 'Weekly health', expression: '0 7 * * 1' };
  const made = await unlessThere(admin.send<object>('POST', '/api/reports/schedules', schedule));
  if (made === undefined) return { added: 0, there: 1 };
  await admin.send('POST', '/api/reports', {});
  return { added: 1, there: 0 };
}

function sessionOf(sessions: Sessions, username: string): Session {
  const session = sessions[username];
  if (session === undefined) throw new Error(`${username} is not logged in`);
  return session;
}

async function counted<T>(items: readonly T[], add: (item: T) => Promise<boolean>): Promise<Count> {
  const count = { added: 0, there: 0 };
  for (const item of items) {
    if (await add(item)) count.added += 1;
    else count.there += 1;
  }
  return count;
}
