import type { Cli } from './cli.js';
import { CliError, EXIT } from './exitCodes.js';

/** Who gets a grant, as the API takes it. */
export interface Subject {
  subject_kind: 'user' | 'team' | 'role' | 'service_account';
  subject: string;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** `team:red`, `role:engineer`, `service_account:<name or id>` (or `sa:`), or a principal such as `local:anna`. */
export async function subjectOf(cli: Cli, word: string): Promise<Subject> {
  const [, kind = '', rest = ''] = /^([a-z_]+):(.+)$/.exec(word) ?? [];
  if (kind === '') {
    throw new CliError(
      `"${word}" names nobody.`,
      EXIT.usage,
      'Write team:<name>, role:<role>, service_account:<name or id>, or a person such as local:anna.',
    );
  }
  if (kind === 'team' || kind === 'role') return { subject_kind: kind, subject: rest };
  if (kind !== 'service_account' && kind !== 'sa') return { subject_kind: 'user', subject: word };
  return {
    subject_kind: 'service_account',
    subject: `sa:${UUID.test(rest) ? rest : await accountId(cli, rest)}`,
  };
}

async function accountId(cli: Cli, name: string): Promise<string> {
  interface Account {
    id: string;
    name: string;
    revoked_at: string | null;
  }
  const { body } = await cli.call<{ items: Account[] }>('/api/service-accounts');
  const found = body.items.filter((account) => account.name === name && account.revoked_at === null);
  if (found.length === 1 && found[0] !== undefined) return found[0].id;
  throw new CliError(
    `${found.length === 0 ? 'No' : 'More than one'} service account that you can see is called "${name}".`,
    found.length === 0 ? EXIT.notFound : EXIT.conflict,
    'Name it by its id: glassdome service-accounts list',
  );
}
