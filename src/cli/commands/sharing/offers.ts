import { Command } from 'commander';
import type { z } from 'zod';
import type { offerAnswer } from '../../../api/offers.js';
import { withAccountNames } from '../../client/accountNames.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { listed, tellMore } from '../../client/pages.js';
import { isId, writtenOut } from '../../client/subject.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { atLeastOne } from '../../forms/fieldFlags.js';
import { cell, printJson, printTable } from '../../terminal/output.js';
import { confirm, note } from '../../terminal/terminal.js';

export type Offer = z.output<typeof offerAnswer>;
interface Options extends GlobalOptions {
  account?: string;
  state?: string;
  variable?: string[];
  prefer?: boolean;
  all?: boolean;
  yes?: boolean;
  limit: number;
}

const PATH = '/api/offers';
const ofAccount = (command: Command) =>
  command.option('--account <account>', 'act for a service account that you created');

const columns = [
  { title: 'CREDENTIAL', value: (o: Record<string, unknown>) => nameOf(o as Offer) },
  { title: 'FROM', value: (o: Record<string, unknown>) => o['given_by'] },
  { title: 'ROLE', value: (o: Record<string, unknown>) => o['giver_role'], extra: true },
  { title: 'WOULD FILL', value: (o: Record<string, unknown>) => o['variables'] },
  { title: 'TO', value: (o: Record<string, unknown>) => o['receiver'] },
  { title: 'BY', value: (o: Record<string, unknown>) => o['by'], extra: true },
  { title: 'GIVEN', value: (o: Record<string, unknown>) => o['given_at'], extra: true },
  { title: 'ID', value: (o: Record<string, unknown>) => o['id'], whole: true },
];

const list = ofAccount(leaf('list', 'list credentials that others shared with you and your service accounts'))
  .option('--state <state>', 'open (default), accepted or declined')
  .option('--limit <n>', 'maximum number of results', atLeastOne, 50)
  .action(
    withBroker<Options>(async (cli, { json, account, state, limit }) => {
      const page = await listed<Offer>(cli, PATH, {
        limit,
        filter: { state, receiver: await receiverOf(cli, account) },
      });
      if (json) return printJson(page);
      if (page.items.length === 0) return note('No offers.');
      printTable(columns, await withAccountNames(cli, page.items));
      tellMore(page);
    }),
  );

const accept = ofAccount(leaf('accept', 'let offered credentials fill variables'))
  .argument('[offers...]', 'names, owner/name or ids of offers')
  .option('--all', 'accept every open offer')
  .option('--variable <name>', 'accept only this variable; may be repeated', repeated)
  .option('--prefer', 'fill the variables from this credential, even if another one fills them now')
  .option('--yes', 'do not ask')
  .action(
    withBroker<Options>(async (cli, options, words) => {
      const offers = await chosen(cli, options, words);
      for (const offer of offers) note(sentence(offer));
      const question = `Accept ${offers.length === 1 ? 'this offer' : `these ${offers.length} offers`}?`;
      if (offers.length > 0) await confirm(question, options.yes);
      const answers: Offer[] = [];
      for (const { id, receiver, variables } of offers) {
        const body = { variables: options.variable ?? variables, prefer: options.prefer === true, receiver };
        answers.push((await cli.call<Offer>(`${PATH}/${id}/accept`, { method: 'POST', body })).body);
      }
      report(answers, options, (o) => `${nameOf(o)} now fills: ${cell(o.fills)}`);
    }),
  );

const decline = ofAccount(leaf('decline', 'decline offers and hide them; you can accept them later'))
  .argument('[offers...]', 'names, owner/name or ids of offers')
  .option('--all', 'decline every open offer')
  .option('--variable <name>', 'decline only this variable of an accepted offer; may be repeated', repeated)
  .action(
    withBroker<Options>(async (cli, options, words) => {
      const answers: Offer[] = [];
      for (const { id, receiver } of await chosen(cli, options, words)) {
        const body = { receiver, ...(options.variable && { variables: options.variable }) };
        answers.push((await cli.call<Offer>(`${PATH}/${id}/decline`, { method: 'POST', body })).body);
      }
      report(answers, options, (o) => `Declined: ${nameOf(o)}`);
    }),
  );

/** What others gave, and what the receiver says of it. */
export const offers = new Command('offers').description(
  'list, accept and decline credentials that others shared with you',
);
for (const command of [list, accept, decline]) offers.addCommand(command);

/** `owner/name` of what was offered. */
export const nameOf = ({ credential }: Offer) => cell(`${credential.owner}/${credential.name}`);

const sentence = (offer: Offer) =>
  `${nameOf(offer)}, given by ${cell(offer.given_by)} to ${cell(offer.receiver)}, would fill: ${cell(offer.variables)}`;

function report(answers: Offer[], { json }: Options, line: (offer: Offer) => string): void {
  if (json) printJson({ items: answers });
  else for (const offer of answers) note(line(offer));
}

/** The principal that `--account` names; a name or an id. */
export async function receiverOf(cli: Cli, account: string | undefined): Promise<string | undefined> {
  return account === undefined ? undefined : writtenOut(cli, `sa:${account.replace(/^sa:/, '')}`);
}

async function chosen(cli: Cli, options: Options, words: string[]): Promise<Offer[]> {
  if ((words.length === 0) === (options.all !== true))
    throw new CliError(
      'Name the offers, or use --all.',
      EXIT.usage,
      'List your offers: glassdome offers list',
    );
  const receiver = await receiverOf(cli, options.account);
  const ofState = async (state: string) =>
    (await listed<Offer>(cli, PATH, { filter: { state, receiver } })).items;
  const open = await ofState('open');
  if (options.all === true) return open;
  const known = [...open, ...(await ofState('accepted')), ...(await ofState('declined'))];
  return words.map((word) => one(word, known));
}

function one(word: string, known: readonly Offer[]): Offer {
  const named = (offer: Offer) =>
    isId(word)
      ? offer.id === word
      : offer.credential.name === word || `${offer.credential.owner}/${offer.credential.name}` === word;
  const [found, ...more] = [...new Map(known.filter(named).map((o) => [o.id + o.receiver, o])).values()];
  if (found === undefined)
    throw new CliError(
      `There is no offer "${word}".`,
      EXIT.notFound,
      'List your offers: glassdome offers list',
    );
  if (more.length === 0) return found;
  const ids = [found, ...more].map((o) => o.id).join(', ');
  throw new CliError(`More than one offer is called "${word}".`, EXIT.conflict, `Name one of: ${ids}`);
}
