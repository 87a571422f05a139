import { nearMiss } from '../../domain/credentials/nearMiss.js';
import { CliError, EXIT } from '../exitCodes.js';
import { visibleAccounts } from './accountNames.js';
import type { Cli } from './cli.js';

/** Who gets a grant, as the API takes it. */
export interface Subject {
  subject_kind: 'user' | 'team' | 'role' | 'service_account';
  subject: string;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Is the word an id, and no name? */
export const isId = (word: string): boolean => UUID.test(word);

const ROLES = ['observer', 'engineer', 'architect', 'admin'];

/**
 * `team:red`, `role:engineer`, `service_account:<name or id>` (or `sa:`), or a principal such as `local:anna`. A bare name
 * is the one team, account or person that has it.
 */
export async function subjectOf(cli: Cli, word: string): Promise<Subject> {
  const [, kind = '', rest = ''] = /^([a-z_]+):(.+)$/.exec(word) ?? [];
  if (kind === '') return bareSubject(cli, word);
  if (kind === 'team' || kind === 'role') return { subject_kind: kind, subject: rest };
  if (kind !== 'service_account' && kind !== 'sa') return { subject_kind: 'user', subject: word };
  return { subject_kind: 'service_account', subject: await accountPrincipal(cli, rest) };
}

async function bareSubject(cli: Cli, word: string): Promise<Subject> {
  const lower = word.toLowerCase();
  const [teams, accounts, people] = await Promise.all([
    teamNames(cli),
    visibleAccounts(cli),
    peopleNames(cli),
  ]);
  const found: Subject[] = [
    ...teams.filter((name) => name.toLowerCase() === lower).map(of('team')),
    ...accounts
      .filter(({ name, revoked_at }) => name.toLowerCase() === lower && revoked_at === null)
      .map(({ id }) => `sa:${id}`)
      .map(of('service_account')),
    ...people.filter((name) => name.toLowerCase() === lower).map((name) => of('user')(`local:${name}`)),
  ];
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  const known = [...teams, ...accounts.map(({ name }) => name), ...people];
  const meant = found.length > 0 || ROLES.includes(lower) ? undefined : nearMiss(word, known);
  throw new CliError(
    found.length > 0
      ? `"${word}" is ambiguous: it names more than one of a team, a service account and a user.`
      : `There is no team, service account or user "${word}".`,
    EXIT.usage,
    meant === undefined
      ? `Write local:${word} for the user, team:${word}, service_account:${word} or role:${word}.`
      : `Did you mean "${meant}"? A user is local:<name>, or <issuer>:<id>, e.g. glassdome:7.`,
  );
}

const of =
  (subject_kind: Subject['subject_kind']) =>
  (subject: string): Subject => ({ subject_kind, subject });

const teamNames = async (cli: Cli): Promise<string[]> =>
  (await cli.call<{ items: { name: string }[] }>('/api/teams')).body.items.map(({ name }) => name);

/** Only admins may list people. */
const peopleNames = async (cli: Cli): Promise<string[]> =>
  cli
    .call<{ items: { username: string }[] }>('/api/users')
    .then(({ body }) => body.items.map(({ username }) => username))
    .catch(() => []);

/** A person or account as teams hold them: a bare name is a person who logs in here, `sa:<name>` an account. */
export async function principalOf(cli: Cli, word: string): Promise<string> {
  return word.includes(':') ? writtenOut(cli, word) : `local:${word}`;
}

/** A principal as the broker has it: `sa:<name>` with the id of the account, all else as it is. */
export async function writtenOut(cli: Cli, word: string): Promise<string> {
  return word.startsWith('sa:') ? accountPrincipal(cli, word.slice('sa:'.length)) : word;
}

async function accountPrincipal(cli: Cli, nameOrId: string): Promise<string> {
  return `sa:${isId(nameOrId) ? nameOrId : await accountId(cli, nameOrId)}`;
}

async function accountId(cli: Cli, name: string): Promise<string> {
  const accounts = await visibleAccounts(cli);
  const live = accounts.filter(({ revoked_at }) => revoked_at === null);
  const exact = live.filter((account) => account.name === name);
  const found =
    exact.length > 0 ? exact : live.filter((account) => account.name.toLowerCase() === name.toLowerCase());
  if (found.length === 1 && found[0] !== undefined) return found[0].id;
  throw new CliError(
    `${found.length === 0 ? 'No' : 'More than one'} service account that you can see is called "${name}".`,
    found.length === 0 ? EXIT.notFound : EXIT.conflict,
    'Use its id: glassdome service-accounts list',
  );
}
