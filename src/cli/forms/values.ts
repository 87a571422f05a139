import type { Command } from 'commander';
import type { Cli } from '../client/cli.js';
import { REASON, type ReasonOption, reasonHeader } from './breakGlass.js';

/** Options of a read of values. */
export interface ValueOptions extends ReasonOption {
  usedBy?: string;
}

export interface Values {
  version: number;
  fields: Record<string, unknown>;
}

/** The options of every command that opens values. */
export function reasonFlags(command: Command): Command {
  return command.option(...REASON).option('--used-by <name>', 'agent or deployment that uses the values');
}

/** The values of the active version; audited. */
export async function readValues(cli: Cli, id: string, { reason, usedBy }: ValueOptions): Promise<Values> {
  const headers = {
    ...reasonHeader({ reason }),
    ...(usedBy && { 'x-used-by': usedBy }),
  };
  return (await cli.call<Values>(`/api/credentials/${id}/secret`, { headers })).body;
}
