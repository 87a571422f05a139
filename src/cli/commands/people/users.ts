import { Command } from 'commander';
import type { z } from 'zod';
import type { madeAnswer, oneTimePassword } from '../../../api/peopleAnswers.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { REASON, type ReasonOption, reasonHeader } from '../../forms/breakGlass.js';
import { printJson, printTable } from '../../terminal/output.js';
import { confirm, note, say } from '../../terminal/terminal.js';

interface AddOptions extends GlobalOptions, ReasonOption {
  role: string;
  email?: string;
}
interface AskOptions extends GlobalOptions, ReasonOption {
  yes?: boolean;
}
interface DisableOptions extends AskOptions {
  keepServiceAccounts?: boolean;
}
interface WhyOptions extends GlobalOptions, ReasonOption {}
interface Named {
  name: string;
}
/** What an account created. */
type Made = z.output<typeof madeAnswer>;
type OneTime = z.output<typeof oneTimePassword>;

/** Of another issuer, or a service account: `glassdome:7`, `sa:<id>`. */
const isPrincipal = (word: string) => word.includes(':');
const principalAt = (word: string) =>
  isPrincipal(word) ? `/api/principals/${encodeURIComponent(word)}` : at(word);
const at = (username: string) => `/api/users/${encodeURIComponent(username)}`;

const list = leaf('list', 'list the people who can log in').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Record<string, unknown>[] }>('/api/users');
    if (json) return printJson(body);
    printTable(
      [
        { title: 'USERNAME', value: (p) => p['username'] },
        { title: 'ROLE', value: (p) => p['role'] },
        { title: 'STATE', value: stateOf },
        { title: 'EMAIL', value: (p) => p['email'], extra: true },
        { title: 'LAST LOGIN', value: (p) => p['last_login_at'] },
        { title: 'PRINCIPAL', value: (p) => p['principal'] },
      ],
      body.items,
    );
  }),
);

function stateOf(person: Record<string, unknown>): string {
  if (person['disabled'] === true) return 'disabled';
  return person['must_change_password'] === true ? 'one-time password' : 'active';
}

const add = leaf('add', 'add a person; prints a one-time password')
  .argument('<username>')
  .option('--role <role>', 'observer, engineer, architect or admin', 'engineer')
  .option('--email <address>', 'email address for notices to the person')
  .option(...REASON)
  .action(
    withBroker<AddOptions>(async (cli, { json, role, email, reason }, [username = '']) => {
      const body = { username, role, ...(email !== undefined && { email }) };
      const request = { method: 'POST', body, headers: reasonHeader({ reason }) };
      const { body: made } = await cli.call<OneTime>('/api/users', request);
      if (json) return printJson(made);
      note(`Added ${username} as ${role}. One-time password, shown only once:`);
      say(made.one_time_password);
    }),
  );

const disable = leaf(
  'disable',
  'disable an account and the service accounts it created, with immediate effect',
)
  .argument('<who>', 'user name, or a principal such as glassdome:7 or sa:<id>')
  .option('--keep-service-accounts', 'keep the service accounts of the person enabled')
  .option('--yes', 'do not ask')
  .action(
    withBroker<DisableOptions>(async (cli, { json, yes, keepServiceAccounts }, [username = '']) => {
      const accounts =
        isPrincipal(username) && username.startsWith('sa:') ? [] : await accountsOf(cli, username);
      const with_ = accounts.length === 0 ? '' : ` and ${accounts.join(', ')}`;
      await confirm(`Disable ${username}${keepServiceAccounts ? '' : with_}?`, yes);
      const keep = keepServiceAccounts ? { keep_service_accounts: true } : {};
      const request = { method: 'PATCH', body: { disabled: true, ...keep } };
      const { body } = await cli.call<Made>(principalAt(username), request);
      if (json) return printJson(body);
      note(`${username} is disabled. Open sessions and tokens are refused from now on.`);
      note(`Undo: glassdome users enable ${username}`);
      tellMade(body);
    }),
  );

/** The service accounts that are disabled with the account, for the question. */
async function accountsOf(cli: Cli, who: string): Promise<string[]> {
  const principal = isPrincipal(who) ? who : `local:${who}`;
  const { body } = await cli.call<{ items: Record<string, unknown>[] }>('/api/service-accounts');
  const live = body.items.filter((a) => a['created_by'] === principal && a['revoked_at'] === null);
  return live.filter((a) => a['disabled'] !== true).map((a) => String(a['name']));
}

function tellMade({ service_accounts, channels, report_schedules }: Made): void {
  const names = (items: readonly Named[]) => items.map(({ name }) => name).join(', ');
  const off = service_accounts.filter((a) => a.disabled);
  const on = service_accounts.filter((a) => !a.disabled);
  if (off.length > 0) note(`Service accounts disabled: ${names(off)}`);
  if (on.length > 0) note(`Service accounts still enabled: ${names(on)}`);
  if (channels.length > 0) note(`Channels they created, still in use: ${names(channels)}`);
  if (report_schedules.length > 0)
    note(`Report schedules they created, still in use: ${names(report_schedules)}`);
}

const enable = leaf('enable', 'enable an account, and the service accounts that were disabled with it')
  .argument('<who>', 'user name or principal')
  .option(...REASON)
  .action(
    withBroker<WhyOptions>(async (cli, { json, reason }, [username = '']) => {
      const wasDisabled = await isDisabled(cli, username);
      const request = { method: 'PATCH', body: { disabled: false }, headers: reasonHeader({ reason }) };
      const { body } = await cli.call<Made>(principalAt(username), request);
      if (json) return printJson(body);
      note(wasDisabled ? enabledAgain(username) : `${username} was not disabled. Nothing has changed.`);
      const still = body.service_accounts.filter((a) => a.disabled).map((a) => a.name);
      if (still.length > 0) note(`Service accounts that stay disabled: ${still.join(', ')}`);
    }),
  );

async function isDisabled(cli: Cli, who: string): Promise<boolean> {
  const principal = isPrincipal(who) ? who : `local:${who}`;
  const { body } = await cli.call<{ items: { principal: string }[] }>('/api/principals/disabled');
  return body.items.some((one) => one.principal === principal);
}

/** Sessions at the broker end when an account is disabled; tokens of other issuers and of service accounts do not. */
function enabledAgain(who: string): string {
  const local = !isPrincipal(who) || who.startsWith('local:');
  return `${who} is enabled again.${local ? ' Their sessions have ended; they must log in again.' : ''}`;
}

const disabled = leaf('disabled', 'list disabled accounts of any issuer').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Record<string, unknown>[] }>('/api/principals/disabled');
    if (json) return printJson(body);
    if (body.items.length === 0) return note('No disabled accounts.');
    printTable(
      [
        { title: 'PRINCIPAL', value: (d) => d['principal'] },
        { title: 'SINCE', value: (d) => d['disabled_at'] },
        { title: 'BY', value: (d) => d['disabled_by'] },
      ],
      body.items,
    );
  }),
);

const setRole = leaf('set-role', 'change the role of a person, with immediate effect')
  .argument('<username>')
  .argument('<role>', 'observer, engineer, architect or admin')
  .option(...REASON)
  .action(
    withBroker<WhyOptions>(async (cli, { json, reason }, [username = '', role = '']) => {
      const request = { method: 'PATCH', body: { role }, headers: reasonHeader({ reason }) };
      const { body } = await cli.call(at(username), request);
      if (json) printJson(body);
      else note(`${username} is ${role} now.`);
    }),
  );

const setEmail = leaf('set-email', 'set the email address for notices to a person')
  .argument('<username>')
  .argument('<address>', 'email address, or "none" to remove it')
  .action(
    withBroker(async (cli, { json }, [username = '', address = '']) => {
      const email = address === 'none' ? null : address;
      const { body } = await cli.call(at(username), { method: 'PATCH', body: { email } });
      if (json) printJson(body);
      else note(email === null ? `${username} gets no mail.` : `${username} gets mail at ${email}.`);
    }),
  );

const resetPassword = leaf('reset-password', 'create a new one-time password; all sessions of the person end')
  .argument('<username>')
  .option('--yes', 'do not ask')
  .option(...REASON)
  .action(
    withBroker<AskOptions>(async (cli, { json, yes, reason }, [username = '']) => {
      await confirm(`Reset the password of ${username}?`, yes);
      const headers = reasonHeader({ reason });
      const { body } = await cli.call<OneTime>(`${at(username)}/reset-password`, { method: 'POST', headers });
      if (json) return printJson(body);
      note(`One-time password of ${username}, shown only once:`);
      say(body.one_time_password);
    }),
  );

/** People who log in with name and password. For admins. */
export const users = new Command('users').description('manage the people who log in here (admins)');
for (const command of [list, add, disable, enable, disabled, setRole, setEmail, resetPassword])
  users.addCommand(command);
