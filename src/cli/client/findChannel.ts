import type { z } from 'zod';
import type { listedChannel } from '../../api/channels.js';
import { CliError, EXIT } from '../exitCodes.js';
import type { Cli } from './cli.js';

export const CHANNELS = '/api/notifications/channels';

export type Channel = z.output<typeof listedChannel>;

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
