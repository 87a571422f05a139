import { Command } from 'commander';
import type { GlobalOptions } from '../cli.js';
import { leaf, withBroker } from '../command.js';
import { printJson, printTable } from '../output.js';
import { confirm, note, say } from '../terminal.js';

interface AddOptions extends GlobalOptions {
  role: string;
  email?: string;
}
interface AskOptions extends GlobalOptions {
  yes?: boolean;
}
interface OneTime {
  one_time_password: string;
}

/** Of another issuer, or a service account: `glassdome:7`, `sa:<id>`. */
const isPrincipal = (word: string) => word.includes(':');
const shutOutAt = (word: string) =>
  isPrincipal(word) ? `/api/principals/${encodeURIComponent(word)}` : at(word);
const at = (username: string) => `/api/users/${encodeURIComponent(username)}`;

const list = leaf('list', 'who can log in').action(
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

const add = leaf('add', 'add somebody; prints a one-time password')
  .argument('<username>')
  .option('--role <role>', 'observer, engineer, architect or admin', 'engineer')
  .option('--email <address>', 'where mail goes about what concerns the person')
  .action(
    withBroker<AddOptions>(async (cli, { json, role, email }, [username = '']) => {
      const request = { method: 'POST', body: { username, role, ...(email !== undefined && { email }) } };
      const { body } = await cli.call<OneTime>('/api/users', request);
      if (json) return printJson(body);
      note(`Added ${username} as ${role}. One-time password, shown this once:`);
      say(body.one_time_password);
    }),
  );

const disable = leaf('disable', 'shut somebody out, at once')
  .argument('<who>', 'user name, or a principal such as glassdome:7 or sa:<id>')
  .option('--yes', 'do not ask')
  .action(
    withBroker<AskOptions>(async (cli, { json, yes }, [username = '']) => {
      await confirm(`Disable ${username}?`, yes);
      const { body } = await cli.call(shutOutAt(username), { method: 'PATCH', body: { disabled: true } });
      if (json) printJson(body);
      else note(`${username} is disabled. Undo: glassdome users enable ${username}`);
    }),
  );

const enable = leaf('enable', 'let somebody in again')
  .argument('<who>', 'user name or principal')
  .action(
    withBroker(async (cli, { json }, [username = '']) => {
      const { body } = await cli.call(shutOutAt(username), { method: 'PATCH', body: { disabled: false } });
      if (json) printJson(body);
      else note(`${username} is let in again.`);
    }),
  );

const disabled = leaf('disabled', 'who is shut out, of whatever issuer').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Record<string, unknown>[] }>('/api/principals/disabled');
    if (json) return printJson(body);
    if (body.items.length === 0) return note('Nobody is shut out.');
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

const setRole = leaf('set-role', 'what somebody may do; acts at the next token')
  .argument('<username>')
  .argument('<role>', 'observer, engineer, architect or admin')
  .action(
    withBroker(async (cli, { json }, [username = '', role = '']) => {
      const { body } = await cli.call(at(username), { method: 'PATCH', body: { role } });
      if (json) printJson(body);
      else note(`${username} is ${role} now.`);
    }),
  );

const setEmail = leaf('set-email', 'where mail goes about what concerns somebody')
  .argument('<username>')
  .argument('<address>', 'or "none": no mail')
  .action(
    withBroker(async (cli, { json }, [username = '', address = '']) => {
      const email = address === 'none' ? null : address;
      const { body } = await cli.call(at(username), { method: 'PATCH', body: { email } });
      if (json) printJson(body);
      else note(email === null ? `${username} gets no mail.` : `${username} gets mail at ${email}.`);
    }),
  );

const resetPassword = leaf('reset-password', 'a new one-time password; all logins of the person end')
  .argument('<username>')
  .option('--yes', 'do not ask')
  .option('--reason <text>', 'why, where the person owns or may read something; the owners are told')
  .action(
    withBroker<AskOptions & { reason?: string }>(async (cli, { json, yes, reason }, [username = '']) => {
      await confirm(`Reset the password of ${username}?`, yes);
      const headers: Record<string, string> = reason === undefined ? {} : { 'x-break-glass-reason': reason };
      const { body } = await cli.call<OneTime>(`${at(username)}/reset-password`, { method: 'POST', headers });
      if (json) return printJson(body);
      note(`One-time password of ${username}, shown this once:`);
      say(body.one_time_password);
    }),
  );

/** People who log in with name and password. For admins. */
export const users = new Command('users').description('people who log in here (admins)');
for (const command of [list, add, disable, enable, disabled, setRole, setEmail, resetPassword])
  users.addCommand(command);
