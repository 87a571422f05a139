import { resolve } from 'node:path';
import { Command } from 'commander';
import type { z } from 'zod';
import type { newServiceAccount, serviceAccountAnswer } from '../../../api/peopleAnswers.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { REASON, type ReasonOption, reasonHeader } from '../../forms/breakGlass.js';
import { ahead, TIME_FORMS } from '../../forms/when.js';
import { printJson, printTable } from '../../terminal/output.js';
import { makePrivateFile } from '../../terminal/privateFile.js';
import { confirm, note, say } from '../../terminal/terminal.js';

interface CreateOptions extends GlobalOptions {
  description?: string;
  role?: string;
  expiresAt?: string;
  secretFile?: string;
}
interface ResetOptions extends GlobalOptions, ReasonOption {
  secretFile?: string;
  yes?: boolean;
}
interface RevokeOptions extends GlobalOptions {
  yes?: boolean;
}
type Account = z.output<typeof serviceAccountAnswer>;
type Created = z.output<typeof newServiceAccount>;

const PATH = '/api/service-accounts';

const list = leaf('list', 'list the accounts you created (admins: all)').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Account[] }>(PATH);
    if (json) return printJson(body);
    if (body.items.length === 0)
      return note('No service accounts yet. Create one: glassdome service-accounts create <name>');
    printTable(
      [
        { title: 'NAME', value: (a) => a['name'] },
        { title: 'ROLE', value: (a) => a['role'] },
        { title: 'STATE', value: stateOf },
        { title: 'EXPIRES', value: (a) => a['expires_at'] },
        { title: 'CREATED BY', value: (a) => a['created_by'] },
        { title: 'ID', value: (a) => a['id'], whole: true },
      ],
      body.items,
    );
  }),
);

function stateOf(account: Record<string, unknown>): string {
  if (account['revoked_at'] !== null) return 'revoked';
  return account['disabled'] === true ? 'disabled' : 'active';
}

const create = leaf('create', 'create an identity for a service; its secret is shown once')
  .argument('<name>', 'a-z 0-9 . _ -')
  .option('--description <text>', 'description')
  .option('--role <role>', 'observer or engineer (default)')
  .option('--expires-at <time>', `when it expires: ${TIME_FORMS}`, ahead)
  .option('--secret-file <file>', 'write the secret to a new file (mode 0600) instead of showing it')
  .action(
    withBroker<CreateOptions>(async (cli, options, [name = '']) => {
      const { description, role, expiresAt: expires_at, secretFile } = options;
      const body = { name, description, role, expires_at };
      const made = await keepSecret(secretFile, () => cli.call<Created>(PATH, { method: 'POST', body }));
      tellSecret(`Created service account ${made.name}.`, made, options);
    }),
  );

const resetSecret = leaf(
  'reset-secret',
  'create a new secret, shown once; the old one stops working immediately',
)
  .argument('<account>', 'name or id')
  .option('--secret-file <file>', 'write the secret to a new file (mode 0600) instead of showing it')
  .option('--yes', 'do not ask')
  .option(...REASON)
  .action(
    withBroker<ResetOptions>(async (cli, options, [word = '']) => {
      const { secretFile, yes, reason } = options;
      const { id, name } = await findAccount(cli, word);
      await confirm(`Reset the secret of ${name}? The current one stops working immediately.`, yes);
      const headers = reasonHeader({ reason });
      const made = await keepSecret(secretFile, () =>
        cli.call<Created>(`${PATH}/${id}/reset-secret`, { method: 'POST', headers }),
      );
      tellSecret(`Reset the secret of ${name}.`, made, options);
    }),
  );

async function keepSecret(
  secretFile: string | undefined,
  ask: () => Promise<{ body: Created }>,
): Promise<Created> {
  const file = secretFile === undefined ? undefined : makePrivateFile(secretFile);
  const { body } = await ask().catch((error: unknown) => {
    file?.drop();
    throw error;
  });
  file?.write(body.client_secret);
  return body;
}

function tellSecret(done: string, made: Created, { json, secretFile }: CreateOptions | ResetOptions): void {
  const { client_secret: secret, ...rest } = made;
  if (json) {
    printJson(secretFile === undefined ? made : { ...rest, secret_file: secretFile });
    return;
  }
  note(`${done} Configure the service with:`);
  say(`GLASSDOME_BROKER_CLIENT_ID=${made.client_id}`);
  if (secretFile === undefined) {
    say(`GLASSDOME_BROKER_CLIENT_SECRET=${secret}`);
    note('The secret is shown only once.');
  } else say(`GLASSDOME_BROKER_CLIENT_SECRET_FILE=${resolve(secretFile)}`);
}

const revoke = leaf('revoke', 'revoke an account and its tokens immediately')
  .argument('<account>', 'name or id')
  .option('--yes', 'do not ask')
  .action(
    withBroker<RevokeOptions>(async (cli, { json, yes }, [word = '']) => {
      const { id, name } = await findAccount(cli, word);
      await confirm(`Revoke ${name}? It can't be undone.`, yes);
      await cli.call(`${PATH}/${id}`, { method: 'DELETE' });
      if (json) printJson({ id, name, status: 'revoked' });
      else note(`Revoked ${name}.`);
    }),
  );

async function findAccount(cli: Cli, word: string): Promise<Account> {
  const { body } = await cli.call<{ items: Account[] }>(PATH);
  const found = body.items.find((a) => a.revoked_at === null && (a.id === word || a.name === word));
  if (found !== undefined) return found;
  const known = body.items.filter((a) => a.revoked_at === null).map((a) => a.name);
  throw new CliError(
    `There is no service account "${word}", or it is not yours.`,
    EXIT.notFound,
    known.length === 0 ? undefined : `There are: ${known.join(', ')}`,
  );
}

/** Identities of services, which have no person's login. */
export const serviceAccounts = new Command('service-accounts').description('manage identities for services');
for (const command of [list, create, resetSecret, revoke]) serviceAccounts.addCommand(command);
