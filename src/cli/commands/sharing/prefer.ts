import type { z } from 'zod';
import type { preferenceList } from '../../../api/offers.js';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, repeated, withBroker } from '../../client/command.js';
import { findCredential } from '../../client/find.js';
import { listed } from '../../client/pages.js';
import { isId } from '../../client/subject.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { printJson, printTable } from '../../terminal/output.js';
import { note } from '../../terminal/terminal.js';
import { nameOf, type Offer, receiverOf } from './offers.js';

interface Options extends GlobalOptions {
  variable?: string[];
  type?: string[];
  account?: string;
  none?: boolean;
}
type Preferences = z.output<typeof preferenceList>;

const PATH = '/api/preferences';

/** Which of several credentials fills a variable or is chosen for a service. */
export const prefer = leaf('prefer', 'choose which of several credentials fills a variable')
  .argument('[credential]', 'name, owner/name or id; omit it to list your preferences')
  .option('--variable <name>', 'fill this variable from it; may be repeated', repeated)
  .option('--type <service_type>', 'choose it for this service type; may be repeated', repeated)
  .option('--account <account>', 'choose for a service account that you created')
  .option('--none', 'remove the preferences for these variables and services')
  .action(
    withBroker<Options>(async (cli, options, [word]) => {
      const receiver = await receiverOf(cli, options.account);
      if (word === undefined && options.none !== true) {
        const query = receiver === undefined ? '' : `?receiver=${encodeURIComponent(receiver)}`;
        return show((await cli.call<Preferences>(`${PATH}${query}`)).body, options);
      }
      const { variable: variables = [], type: service_types = [] } = options;
      if (variables.length + service_types.length === 0)
        throw new CliError('Give --variable or --type.', EXIT.usage);
      const credential_id =
        word === undefined || options.none === true ? null : await credentialOf(cli, word, receiver);
      const body = { receiver, variables, service_types, credential_id };
      show((await cli.call<Preferences>(PATH, { method: 'PUT', body })).body, options);
    }),
  );

/** An account may reach what its keeper does not: then it is among what the account was offered. */
async function credentialOf(cli: Cli, word: string, receiver: string | undefined): Promise<string> {
  if (receiver === undefined || isId(word)) return isId(word) ? word : (await findCredential(cli, word)).id;
  for (const state of ['accepted', 'open']) {
    const { items } = await listed<Offer>(cli, '/api/offers', { filter: { state, receiver } });
    const found = items.find((o) => [o.credential.name, nameOf(o)].includes(word));
    if (found !== undefined) return found.credential.id;
  }
  return (await findCredential(cli, word)).id;
}

function show(preferences: Preferences, { json }: GlobalOptions): void {
  if (json) printJson(preferences);
  else if (preferences.items.length === 0) note('No preferences.');
  else
    printTable(
      [
        { title: 'FOR', value: (p) => `${p['kind'] === 'variable' ? '' : 'type '}${String(p['name'])}` },
        { title: 'CREDENTIAL', value: (p) => p['credential_id'], whole: true },
      ],
      preferences.items,
    );
}
