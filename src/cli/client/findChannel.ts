import { CliError, EXIT } from '../exitCodes.js';
import type { Cli } from './cli.js';

export const CHANNELS = '/api/notifications/channels';

export interface Channel extends Record<string, unknown> {
  id: string;
  name: string;
  kind: string;
}

/** By name or id. */
export async function findChannel(cli: Cli, word: string): Promise<Channel> {
  const { body } = await cli.call<{ items: Channel[] }>(CHANNELS);
  const found = body.items.find((channel) => channel.id === word || channel.name === word);
  if (found !== undefined) return found;
  const known = body.items.map(({ name }) => name).join(', ');
  throw new CliError(
    `There is no channel "${word}".`,
    EXIT.notFound,
    known === '' ? undefined : `There are: ${known}`,
  );
}
