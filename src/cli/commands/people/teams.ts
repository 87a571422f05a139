import { Command } from 'commander';
import type { z } from 'zod';
import type { teamAnswer } from '../../../api/peopleAnswers.js';
import { withAccountNames } from '../../client/accountNames.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { principalOf } from '../../client/subject.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { REASON, type ReasonOption, reasonHeader } from '../../forms/breakGlass.js';
import { printJson, printTable } from '../../terminal/output.js';
import { confirm, note } from '../../terminal/terminal.js';

type Member = Team['members'][number];
type Team = z.output<typeof teamAnswer>;
interface MemberOptions extends GlobalOptions, ReasonOption {
  lead?: string[];
}
interface CreateOptions extends GlobalOptions, ReasonOption {
  description?: string;
  member?: string[];
  lead?: string[];
}
interface AddOptions extends GlobalOptions, ReasonOption {
  lead?: boolean;
}
interface RemoveOptions extends GlobalOptions {
  yes?: boolean;
}

const shown = ({ principal, lead }: Member) => (lead ? `${principal} (lead)` : principal);

async function principalsOf(cli: Cli, words: readonly string[]): Promise<string[]> {
  return [...new Set(await Promise.all(words.map((word) => principalOf(cli, word))))];
}

/** Who is named as a lead is a member too. */
async function membersOf(cli: Cli, words: readonly string[], leads: readonly string[]): Promise<Member[]> {
  const leading = new Set(await principalsOf(cli, leads));
  const all = new Set([...(await principalsOf(cli, words)), ...leading]);
  return [...all].map((principal) => ({ principal, lead: leading.has(principal) }));
}

const list = leaf('list', 'list your teams (architects and admins: all)').action(
  withBroker(async (cli, { json }) => {
    const { body } = await cli.call<{ items: Team[] }>('/api/teams');
    if (json) return printJson(body);
    if (body.items.length === 0) return note('No teams, or you are not in any.');
    printTable(
      [
        { title: 'NAME', value: (t) => t['name'] },
        { title: 'DESCRIPTION', value: (t) => t['description'] },
        { title: 'MEMBERS', value: (t) => (t['members'] as Member[]).map(shown) },
      ],
      await withAccountNames(cli, body.items),
    );
  }),
);

const create = leaf('create', 'create a team (architects and admins)')
  .argument('<name>', 'a-z 0-9 -')
  .option('--description <text>', 'description')
  .option('--member <principal>', 'anna, local:anna, glassdome:7, sa:<name or id>; may be repeated', repeated)
  .option('--lead <principal>', 'member who leads the team; may be repeated', repeated)
  .option(...REASON)
  .action(
    withBroker<CreateOptions>(async (cli, { json, description, member, lead, reason }, [name = '']) => {
      const body = { name, description, members: await membersOf(cli, member ?? [], lead ?? []) };
      const request = { method: 'POST', body, headers: reasonHeader({ reason }) };
      const { body: made } = await cli.call<Team>('/api/teams', request);
      if (json) printJson(made);
      else await tellMembers(cli, made);
    }),
  );

const setMembers = leaf('set-members', 'replace all members of a team')
  .argument('<team>')
  .argument('[principals...]', 'anna, local:anna, glassdome:7, sa:<name or id>')
  .option('--lead <principal>', 'member who leads the team; may be repeated', repeated)
  .option(...REASON)
  .action(
    withBroker<MemberOptions>(async (cli, options, [team = '', ...words]) => {
      const members = await membersOf(cli, words, options.lead ?? []);
      const headers = reasonHeader(options);
      const { body } = await cli.call<Team>(membersPath(team), { method: 'PUT', body: { members }, headers });
      await tellTeam(cli, body, options);
    }),
  );

const addMember = leaf('add-member', 'add members to a team')
  .argument('<team>')
  .argument('<principals...>', 'anna, local:anna, glassdome:7, sa:<name or id>')
  .option('--lead', 'make them leads of the team')
  .option(...REASON)
  .action(
    withBroker<AddOptions>(async (cli, options, [team = '', ...words]) => {
      await findTeam(cli, team);
      const lead = options.lead === true ? { lead: true } : {};
      const headers = reasonHeader(options);
      const path = membersPath(team);
      const principals = await principalsOf(cli, words);
      const changed = await oneByOne(principals, 'is a member now', async (principal) => {
        const request = { method: 'POST', body: { principal, ...lead }, headers };
        return (await cli.call<Team>(path, request)).body;
      });
      await tellTeam(cli, changed, options);
    }),
  );

const removeMember = leaf('remove-member', 'remove members from a team')
  .argument('<team>')
  .argument('<principals...>')
  .action(
    withBroker<MemberOptions>(async (cli, options, [team = '', ...words]) => {
      const { members } = await findTeam(cli, team);
      const gone = await principalsOf(cli, words);
      const unknown = gone.find((principal) => !members.some((m) => m.principal === principal));
      if (unknown !== undefined)
        throw new CliError(
          `${unknown} is not in the team "${team}".`,
          EXIT.notFound,
          `Members: ${members.map(shown).join(', ') || 'nobody'}`,
        );
      const changed = await oneByOne(gone, 'is no longer a member', async (principal) => {
        const path = `${membersPath(team)}/${encodeURIComponent(principal)}`;
        return (await cli.call<Team>(path, { method: 'DELETE' })).body;
      });
      await tellTeam(cli, changed, options);
    }),
  );

const remove = leaf(
  'remove',
  'remove a team, every grant to it and its channels (admins, and architects who lead it)',
)
  .argument('<team>')
  .option('--yes', 'do not ask')
  .action(
    withBroker<RemoveOptions>(async (cli, { json, yes }, [word = '']) => {
      const { name } = await findTeam(cli, word);
      await confirm(`Remove the team ${name}, every grant to it and its channels? It can't be undone.`, yes);
      await cli.call(`/api/teams/${encodeURIComponent(name)}`, { method: 'DELETE' });
      if (json) printJson({ name, status: 'removed' });
      else note(`Removed the team ${name}.`);
    }),
  );

/** The team after the last change. When one is refused, reports which were done before. */
async function oneByOne(
  principals: readonly string[],
  outcome: string,
  change: (principal: string) => Promise<Team>,
): Promise<Team | undefined> {
  const done: string[] = [];
  let team: Team | undefined;
  for (const principal of principals) {
    try {
      team = await change(principal);
    } catch (error) {
      for (const before of done) note(`${before} ${outcome}.`);
      throw error;
    }
    done.push(principal);
  }
  return team;
}

const membersPath = (team: string) => `/api/teams/${encodeURIComponent(team)}/members`;

async function tellTeam(cli: Cli, team: Team | undefined, { json }: GlobalOptions): Promise<void> {
  if (json) printJson(team);
  else if (team !== undefined) await tellMembers(cli, team);
}

async function findTeam(cli: Cli, name: string): Promise<Team> {
  const { body } = await cli.call<{ items: Team[] }>('/api/teams');
  const team = body.items.find((t) => t.name === name);
  if (team !== undefined) return team;
  const known = body.items.map((t) => t.name).join(', ');
  throw new CliError(
    `There is no team "${name}", or you are not in it.`,
    EXIT.notFound,
    known === '' ? undefined : `There are: ${known}`,
  );
}

async function tellMembers(cli: Cli, { name, members }: Team): Promise<void> {
  const told = (await withAccountNames(cli, members)).map(shown).join(', ');
  note(`Team ${name}: ${told || 'no members'}`);
}

/** Teams that credentials are shared with. */
export const teams = new Command('teams').description('manage teams to share credentials with');
for (const command of [list, create, setMembers, addMember, removeMember, remove]) teams.addCommand(command);
