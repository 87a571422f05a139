import { BrokerError } from '../../../domain/errors.js';
import { turn } from './turn.js';

export interface BatchedOptions<Q, A> {
  /** Answers in the order of the questions. */
  ask(questions: readonly Q[]): Promise<A[]>;
  /** How many statements may be under way before questions wait for each other. */
  underWay: number;
  /** Questions in one statement at most. */
  most: number;
  /** Questions that may wait; what comes beyond is rejected with `records_unavailable`. */
  mayWait: number;
  /**
   * True for an error that every waiting statement would meet too: it is passed to all of them instead of to one
   * after the other.
   */
  meetsAll(error: unknown): boolean;
}

interface Waiting<Q, A> {
  question: Q;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/**
 * Asks while little is under way; what comes in the same turn of the event loop, or meanwhile, is asked together. A lone
 * question waits for no timer, and many share a round trip. An answer is always of a statement begun after its
 * question came, so nothing here is ever stale.
 */
export function batched<Q, A>(options: BatchedOptions<Q, A>): (question: Q) => Promise<A> {
  const queue: Waiting<Q, A>[] = [];
  let running = 0;

  const answer = async (batch: Waiting<Q, A>[]): Promise<void> => {
    try {
      const answers = await options.ask(batch.map((each) => each.question));
      for (const [index, each] of batch.entries()) each.resolve(answers[index] as A);
    } catch (error) {
      const met = options.meetsAll(error) ? [...batch, ...queue.splice(0)] : batch;
      for (const each of met) each.reject(error);
    }
  };

  const run = async (): Promise<void> => {
    running += 1;
    for (await turn(); queue.length > 0; await turn()) await answer(queue.splice(0, options.most));
    running -= 1;
  };

  return (question) =>
    new Promise<A>((resolve, reject) => {
      if (queue.length >= options.mayWait) return reject(overloaded());
      queue.push({ question, resolve, reject });
      if (running < options.underWay) void run();
    });
}

function overloaded(): BrokerError {
  return new BrokerError('records_unavailable', {
    detail: 'Too many requests are waiting for the records database.',
    retryAfterSeconds: 1,
    log: 'questions at their bound',
  });
}
