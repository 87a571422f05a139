/** What changed, on its way to webhooks. */
import type { Caller } from '../domain/access/caller.js';
import type { ServiceType } from '../domain/credentials/serviceType.js';

/** Something that changed on a credential. Names, numbers and states; no value. */
export interface ChangeEvent {
  /** Grows with each event; a reader goes on from it. */
  id: number;
  at: Date;
  /** `credential.rotated`, `credential.health_changed` … */
  kind: string;
  credentialId: string;
  /** Null if the caller can no longer see the credential: they learn only that it was taken from them. */
  seen: { name: string; serviceType: ServiceType; owner: string } | null;
  details: Record<string, unknown>;
}

/** What is sent to one webhook in one piece; the same when it is sent again. */
export interface EventDelivery {
  /** Lets the receiver recognize a repetition. */
  id: string;
  events: ChangeEvent[];
  /** Some earlier ones were given up or are no longer kept: the receiver reloads everything. */
  reset: boolean;
  /** Number of the last event that is dealt with by this delivery. */
  upto: number;
  /** Failed attempts before. */
  attempts: number;
  /** Some earlier ones were given up or are no longer kept: the receiver reloads everything. */
  failingSince: Date | null;
}

/** `given_up`: some events were dropped, and it has taken none since. */
export const EVENT_WEBHOOK_STATES = ['ok', 'failing', 'given_up', 'paused'] as const;

/** How the deliveries of one webhook stand. */
export interface EventState {
  channelId: string;
  state: (typeof EVENT_WEBHOOK_STATES)[number];
  /** Events that wait, counted up to a thousand. */
  waiting: number;
  lastSentAt: Date | null;
  lastCode: string | null;
}

/** Events in their order, for each webhook from its position. Each method is one transaction or two. */
export interface EventFeed {
  /** Channels for which something is due. */
  due(now: Date): Promise<string[]>;
  /** At most `most` events about credentials with the labels of the channel. Null: nothing is due. */
  next(channelId: string, at: { now: Date; most: number }): Promise<EventDelivery | null>;
  delivered(channelId: string, upto: number, at: Date): Promise<void>;
  /** `givenUp`: the events so far are dropped, and `reset` is tried at `next`. */
  notDelivered(
    channelId: string,
    failed: { code: string; at: Date; next: Date; givenUp: boolean },
  ): Promise<void>;
  states(): Promise<EventState[]>;
}

/** Changes that a caller may see. */
export interface EventReads {
  /** The number of the newest event. Postgres is asked once a second, however many ask here. */
  newestEvent(): Promise<number>;
  /**
   * In order, of what the caller may see now. A stretch is looked through at a time, so none may be in it although more
   * come: `last` is before `kept.newest` then. `after` left out: none, only where they stand.
   */
  eventsAfter(
    caller: Caller,
    after: number | undefined,
    limit: number,
  ): Promise<{
    callerActive: boolean;
    events: ChangeEvent[];
    /** Up to here all was looked through. */
    last: number;
    /** Numbers of the events that are kept; without any, `oldest` is the next one. */
    kept: { oldest: number; newest: number };
  }>;
}

/** Webhooks that follow events. */
export interface EventWrites {
  /** Of a channel that was just added: it hears of events from now on. */
  followEvents(channelId: string): Promise<void>;
}
