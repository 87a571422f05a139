import type { Writable } from 'node:stream';
import type { TestWatch } from '../domain/testing/testProgress.js';
import { knownError, problemOf, UNKNOWN } from './problem.js';
import { EventStream } from './reply.js';
import type { Context } from './route.js';

/**
 * The answer of a test as it is, or as server-sent events: `step` as the steps end, then `result`, or `problem` in place of
 * an error. A reader that goes away ends the test.
 */
export async function watched<Answer>(
  context: Pick<Context, 'ports' | 'call'>,
  live: boolean,
  test: (watch?: TestWatch) => Promise<Answer>,
): Promise<Answer | EventStream> {
  if (!live) return test();
  return new EventStream((out) => streamed(context, out, test));
}

async function streamed<Answer>(
  { ports, call }: Pick<Context, 'ports' | 'call'>,
  out: Writable,
  test: (watch: TestWatch) => Promise<Answer>,
): Promise<void> {
  const gone = new AbortController();
  out.once('close', () => gone.abort());
  const send = (event: string, data: unknown): void => {
    if (!gone.signal.aborted) out.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  try {
    const answer = await test({ signal: gone.signal, step: (step, state) => send('step', { step, state }) });
    send('result', answer);
  } catch (error) {
    const known = knownError(error);
    if (known === undefined) {
      const name = error instanceof Error ? error.name : typeof error;
      ports.log.error('request_failed', { request_id: call.requestId, code: UNKNOWN.code, error: name });
    }
    send('problem', problemOf(known ?? UNKNOWN, call.requestId));
  }
  out.end();
}
