import type { Command } from 'commander';
import type { GlobalOptions } from '../client/cli.js';
import { repeated } from '../client/command.js';
import { CliError, EXIT } from '../exitCodes.js';
import { readText } from '../terminal/readText.js';
import { secretInput } from '../terminal/secretInput.js';

export interface ChannelOptions extends GlobalOptions {
  to?: string[];
  url?: string | true;
  minSeverity?: string;
  only?: string[];
  label?: string[];
  team?: string;
  quiet?: string;
  timezone?: string;
  letThrough?: string;
  ca?: string;
}

/** Where a channel leads and what goes there; the same when it is made and when it is changed. */
export function channelFlags(command: Command): Command {
  return command
    .option('--to <address>', 'mail address (mail); may be repeated', repeated)
    .option(
      '--url [url]',
      'URL (slack, teams, webhook): @file, - for stdin, or without a value to be prompted',
    )
    .option('--min-severity <severity>', 'minimum severity: info (default), warning or critical')
    .option('--only <kind>', 'only this kind of notice, e.g. expiring; may be repeated', repeated)
    .option('--label <key=value>', 'only about credentials with this label; may be repeated', repeated)
    .option('--team <name>', 'only about credentials shared with this team or owned by its members, or "any"')
    .option('--quiet <from-to>', 'quiet hours, e.g. 22:00-07:00, or "never"')
    .option('--timezone <zone>', 'with --quiet: time zone, e.g. Europe/Berlin (default: UTC)')
    .option(
      '--let-through <severity>',
      'with --quiet: severity that is sent even in quiet hours, or "nothing" (default: critical)',
    )
    .option('--ca <file>', 'PEM file with the CA of the receiver (slack, teams, webhook)');
}

/** What was named, as the API takes it. */
export async function channelBody(options: ChannelOptions): Promise<Record<string, unknown>> {
  const url = options.url === undefined ? undefined : await secretInput('URL', '--url', options.url);
  const body = {
    to: options.to,
    url: url?.reveal().trim(),
    min_severity: options.minSeverity,
    kinds: options.only,
    labels: labelsOf(options.label),
    team: options.team === 'any' ? null : options.team,
    quiet_hours: quietOf(options),
    ca_pem: options.ca === undefined ? undefined : readText(options.ca, '--ca'),
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

function quietOf({ quiet, timezone, letThrough }: ChannelOptions): object | null | undefined {
  for (const [flag, word] of Object.entries({ timezone, 'let-through': letThrough }))
    if (quiet === undefined && word !== undefined)
      throw new CliError(`--${flag} requires --quiet, e.g. --quiet 22:00-07:00`, EXIT.usage);
  if (quiet === undefined) return undefined;
  if (quiet === 'never') return null;
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(quiet) ?? [];
  if (from === undefined) throw new CliError('--quiet must be hours such as 22:00-07:00', EXIT.usage);
  const through = letThrough === 'nothing' ? null : (letThrough ?? 'critical');
  return { from, to, timezone: timezone ?? 'UTC', let_through: through };
}

function labelsOf(words: string[] | undefined): Record<string, string> | undefined {
  if (words === undefined) return undefined;
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new CliError('--label must be key=value', EXIT.usage);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
