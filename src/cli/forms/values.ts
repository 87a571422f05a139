import type { Command } from 'commander';
import type { Cli } from '../client/cli.js';

/** What can be said about a read of values. */
export interface ValueOptions {
  reason?: string;
  usedBy?: string;
}

export interface Values {
  version: number;
  fields: Record<string, unknown>;
}

/** The options of every command that opens values. */
export function reasonFlags(command: Command): Command {
  return command
    .option(
      '--reason <text>',
      'why you, as an admin, open what is not shared with you; the owner is notified',
    )
    .option('--used-by <name>', 'the agent or deployment that it is for');
}

/** The values of the active version; audited. */
export async function readValues(cli: Cli, id: string, { reason, usedBy }: ValueOptions): Promise<Values> {
  const headers = {
    ...(reason && { 'x-break-glass-reason': reason }),
    ...(usedBy && { 'x-used-by': usedBy }),
  };
  return (await cli.call<Values>(`/api/credentials/${id}/secret`, { headers })).body;
}
