import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { wholeNumber } from '../../forms/fieldFlags.js';
import { cell } from '../../terminal/output.js';
import { note, say } from '../../terminal/terminal.js';

interface Options extends GlobalOptions {
  after?: number;
}

interface Message {
  id: string;
  kind: string;
  data: string;
}

/** Follows changes until Ctrl-C; reconnects automatically when the broker was unavailable. */
export const events = leaf('events', 'follow changes of the credentials you can see')
  .option('--after <id>', 'start after this event', wholeNumber)
  .action(
    withBroker<Options>(async (cli, options) => {
      note('Following events. Press Ctrl-C to stop.');
      let last = options.after === undefined ? undefined : String(options.after);
      for (;;) {
        for await (const event of eventsOf(cli, last)) {
          last = event.id;
          if (event.data !== '') say(options.json ? forScripts(event) : forPeople(event));
        }
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }),
  );

async function* eventsOf(cli: Cli, last: string | undefined): AsyncGenerator<Message> {
  const path = last === undefined ? '/api/events' : `/api/events?after=${last}`;
  let open = '';
  for await (const text of cli.stream(path)) {
    open += text;
    for (let end = open.indexOf('\n\n'); end >= 0; end = open.indexOf('\n\n')) {
      const told = readEvent(open.slice(0, end));
      open = open.slice(end + 2);
      if (told !== undefined) yield told;
    }
  }
}

function readEvent(block: string): Message | undefined {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  const id = field('id');
  return id === '' ? undefined : { id, kind: field('event'), data: field('data') };
}

function forScripts({ id, kind, data }: Message): string {
  return JSON.stringify({ id: Number(id), kind, ...(JSON.parse(data) as object) });
}

function forPeople({ id, kind, data }: Message): string {
  if (kind === 'reset') return `Events are missing before #${id}: reload everything.`;
  const { at, credential, ...more } = JSON.parse(data) as {
    at: string;
    credential: { id: string; name?: string; owner?: string };
  };
  const name = credential.name === undefined ? credential.id : `${credential.owner}/${credential.name}`;
  const rest = Object.keys(more).length === 0 ? '' : `  ${cell(more)}`;
  return `${cell(at)}  ${kind.replace(/^credential\./, '').padEnd(16)}  ${cell(name)}${rest}  #${id}`;
}
