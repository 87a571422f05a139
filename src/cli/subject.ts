import { visibleAccounts } from './accountNames.js';
import type { Cli } from './cli.js';
import { CliError, EXIT } from './exitCodes.js';

/** Who gets a grant, as the API takes it. */
export interface Subject {
  subject_kind: 'user' | 'team' | 'role' | 'service_account';
  subject: string;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Is the word an id, and no name? */
export const isId = (word: string): boolean => UUID.test(word);

/** `team:red`, `role:engineer`, `service_account:<name or id>` (or `sa:`), or a principal such as `local:anna`. */
export async function subjectOf(cli: Cli, word: string): Promise<Subject> {
  const [, kind = '', rest = ''] = /^([a-z_]+):(.+)$/.exec(word) ?? [];
  if (kind === '') {
    throw new CliError(
      `"${word}" may be a person, a team or an account.`,
      EXIT.usage,
      `Write local:${word} for the person, team:${word}, service_account:${word} or role:${word}.`,
    );
  }
  if (kind === 'team' || kind === 'role') return { subject_kind: kind, subject: rest };
  if (kind !== 'service_account' && kind !== 'sa') return { subject_kind: 'user', subject: word };
  return { subject_kind: 'service_account', subject: await accountPrincipal(cli, rest) };
}

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
  const found = accounts.filter((account) => account.name === name && account.revoked_at === null);
  if (found.length === 1 && found[0] !== undefined) return found[0].id;
  throw new CliError(
    `${found.length === 0 ? 'No' : 'More than one'} service account that you can see is called "${name}".`,
    found.length === 0 ? EXIT.notFound : EXIT.conflict,
    'Name it by its id: glassdome service-accounts list',
  );
}
