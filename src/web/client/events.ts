import { send } from './request.js';

export interface ServerEvent {
  id: string;
  kind: string;
  data: string;
}

/** Reads server-sent events until the stream ends (HTML standard, section 9.2). */
export async function* eventsIn(response: Response): AsyncGenerator<ServerEvent> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return;
    const blocks = (rest + part.value).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block: string): ServerEvent {
  const member = (name: string) =>
    block
      .split('\n')
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
      .join('\n');
  return { id: member('id'), kind: member('event'), data: member('data') };
}

const AGAIN_MS = 3_000;

/** Follows the changes of the credentials that one may see, and comes back after the last one when the stream ends. */
export async function followEvents(
  onEvent: (event: ServerEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    try {
      const headers = { Accept: 'text/event-stream', ...(last === '' ? {} : { 'Last-Event-ID': last }) };
      const response = await send('GET', '/api/events', { headers, signal });
      if (response.ok)
        for await (const event of eventsIn(response)) {
          if (event.id !== '') last = event.id;
          if (event.kind !== '') onEvent(event);
        }
    } catch {
      // The next try says whether the broker is back.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
