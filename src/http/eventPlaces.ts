import { mutex } from '../domain/async.js';
import { BrokerError } from '../domain/errors.js';

const MOST = 200;
/** All workers of a platform may share one service account. */
const PER_CALLER = 40;
/** A person and all service accounts they made. */
const PER_CREATOR = 80;
/** The last places are for those who have hardly any. */
const RESERVED = 60;
const HARDLY_ANY = 2;

/** Places for readers who follow the events at this process. */
export class EventPlaces {
  /** Of all streams one asks at a time, so that secret reads keep the connections. */
  readonly inTurn = mutex();
  readonly #callers = new Map<string, number>();
  readonly #creators = new Map<string, number>();
  #taken = 0;

  get taken(): number {
    return this.#taken;
  }

  /** Takes a place; what gives it back. Throws `rate_limited` where there is none for this caller. */
  take(caller: string, creator: string): () => void {
    const own = this.#callers.get(caller) ?? 0;
    const together = this.#creators.get(creator) ?? 0;
    if (own >= PER_CALLER) throw full(`You already follow the events ${PER_CALLER} times.`);
    if (together >= PER_CREATOR)
      throw full(`You and your service accounts already follow the events ${PER_CREATOR} times.`);
    const room = together < HARDLY_ANY ? MOST : MOST - RESERVED;
    if (this.#taken >= room) throw full('Too many clients follow the events.');
    this.#count(caller, creator, 1);
    let left = false;
    return () => {
      if (!left) this.#count(caller, creator, -1);
      left = true;
    };
  }

  #count(caller: string, creator: string, by: 1 | -1): void {
    this.#taken += by;
    add(this.#callers, caller, by);
    add(this.#creators, creator, by);
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const now = (counts.get(key) ?? 0) + by;
  if (now === 0) counts.delete(key);
  else counts.set(key, now);
}

function full(why: string): BrokerError {
  return new BrokerError('rate_limited', { detail: `${why} Try again in a minute.`, retryAfterSeconds: 60 });
}
