/** The notices to send, and the ways to send them. */
import type { Caller } from '../domain/access/caller.js';
import type { Grant } from '../domain/access/grant.js';
import type { Credential } from '../domain/credentials/credential.js';
import type { Channel, ChannelKind, NoticeSubject, StoredNotice } from '../domain/notices/channel.js';
import type { NoticeState } from '../domain/notices/dueNotices.js';
import type { Message, NoticeCount } from '../domain/notices/message.js';
import type { Severity } from '../domain/notices/notice.js';
import type { Secret } from '../domain/secret.js';
import type { EventDelivery } from './eventFeed.js';
import type { Page, PageRequest } from './page.js';

/** A notice to a person; sent later by the worker. Unique on (credential, kind, period). */
export interface Notice {
  credentialId: string | null;
  kind: string;
  period: string;
  recipient: string;
  body: Record<string, unknown>;
}

export interface SealedChannel extends Channel {
  sealedTarget: string;
  /** Failed attempts since the last one that succeeded. */
  failures: number;
}

/** What of a channel is changed; the sealed target from the one that was read to another. */
export type ChannelPatch = Partial<
  Pick<Channel, 'name' | 'shownTarget' | 'minSeverity' | 'kinds' | 'labels' | 'team' | 'quiet' | 'paused'>
> & { sealedTarget?: { from: string; to: string } };

/** How deliveries to a channel stand. */
export interface ChannelState {
  channel: Channel;
  pending: number;
  /** Given up. */
  dead: number;
  lastSentAt: Date | null;
  /** Why the last attempt failed; null when it did not. */
  lastCode: string | null;
}

/** Its earlier failed attempts. */
export interface DueMessage {
  id: string;
  /** Its earlier failed attempts. */
  attempts: number;
  /** The most urgent of its notices, as many as were asked for. */
  notices: StoredNotice[];
  /** All of them. */
  counts: NoticeCount[];
  /** The addresses that refused it before; null: it goes to all. */
  onlyTo: string[] | null;
}

/** `dead`: given up. */
export type DeliveryState = 'pending' | 'sent' | 'dead';

/** One notice on its way to one channel. */
export interface Delivery {
  notice: StoredNotice;
  state: DeliveryState;
  attempts: number;
  /** When it was handed over. */
  createdAt: Date;
  sentAt: Date | null;
  lastCode: string | null;
  /** The addresses that are still missing; null: all, or none. */
  onlyTo: string[] | null;
}

/** Where one person gets mail. */
export interface Mailbox {
  /** The channel that is kept for the person. */
  channel: string;
  address: string;
}

/** An attempt that failed. `deadBefore`: what was handed over before is given up. */
export interface Failed {
  code: string;
  next: Date;
  deadBefore: Date;
}

/** What was put and has to be sent. Each method is one transaction. */
export interface Outbox {
  /** Those that admins made, and the mailboxes of persons that are in trouble. */
  channels(): Promise<ChannelState[]>;
  channel(id: string): Promise<SealedChannel | null>;
  /** Notices that were not handed over yet, oldest first, and what they are about. */
  pending(limit: number, now: Date): Promise<{ notice: StoredNotice; about: NoticeSubject }[]>;
  /**
   * The mailboxes by recipient: a person's own, of a service account those of its creator, of `admins` those of all,
   * of `team:<name>` those of its members. Disabled people and those without an address have none.
   */
  mailboxes(recipients: string[], now: Date): Promise<Map<string, Mailbox[]>>;
  /** The present address of the person whose mailbox a channel is. */
  addressOf(principal: string, now: Date): Promise<string | null>;
  /** Hands each notice over to its channels, once. */
  dispatch(deliveries: { notice: string; channels: string[] }[], now: Date): Promise<void>;
  /** Channels for which something is due and that are neither paused nor waiting. */
  dueChannels(now: Date): Promise<string[]>;
  /**
   * The next message of a channel. One of which nobody knows whether it arrived comes again as it was; else all that
   * waits and is at least so urgent is bundled, under the same id when it is the same as at the last attempt.
   */
  claim(channel: string, at: { now: Date; most: number; least: Severity }): Promise<DueMessage | null>;
  /** Messages that a channel was sent since then. */
  sentSince(channel: string, since: Date): Promise<{ count: number; oldest: Date | null }>;
  /** The channel waits, without having failed. */
  putOff(channel: string, until: Date): Promise<void>;
  sent(message: string, at: Date): Promise<void>;
  /** The channel waits until `next`. `unsure`: the message may have arrived. How many notices were given up. */
  notSent(message: string, failed: Failed & { unsure: boolean }): Promise<number>;
  /** These addresses refused it and get it again later; `acceptedAt` null: no other took it either. How many were given up. */
  refused(message: string, failed: Failed & { onlyTo: string[]; acceptedAt: Date | null }): Promise<number>;
  /** Newest first. */
  deliveries(channel: string, state: DeliveryState | undefined, page: PageRequest): Promise<Page<Delivery>>;
  /** Tries again what was given up; how many. */
  revive(channel: string, now: Date): Promise<number>;
}

/** Where people who come with a token of another issuer get mail, and which of them are admins: as their newest token says. */
export interface Addresses {
  /** Notes it in a while, where the token names an address; never rejects. */
  seen(caller: Pick<Caller, 'principal' | 'role' | 'email'>): void;
}

/** When a certificate or token of the broker expires. */
export interface OwnExpiry {
  /** For people, e.g. `certificate (TLS_CERT_FILE)`. */
  part: string;
  endsAt: Date;
}

export interface OwnExpiries {
  /** What is known of it now; what can't be asked is left out. Never rejects. */
  list(): Promise<OwnExpiry[]>;
}

/** A target in the clear, as it is sealed. */
export interface ChannelTarget {
  /** Of mail. */
  to?: string[];
  /** Of the others: anyone who knows it can post there. */
  url?: Secret;
  /** Of webhooks: signs what is sent. */
  signingSecret?: Secret;
  /** Of webhooks: the authority of the receiver, when it is not a public one. */
  caPem?: string;
}

/** What became of a message. `code` null: it was taken, though not by the addresses in `refused`. */
export interface SendResult {
  code: string | null;
  /** Of mail: addresses that the server refused, while it took others. */
  refused: string[];
}

/** A URL to which nothing is sent, whatever is there: the port of another service, or plain HTTP beyond loopback. */
export type NeverSent = 'denied_port' | 'plain_http';

export interface Notifier {
  /** True where messages of this kind can be sent: mail needs a server. */
  can(kind: ChannelKind): boolean;
  /** Why nothing would ever be sent to that target; null: it can be tried. */
  never(target: ChannelTarget): NeverSent | null;
  /** `code` says why it was not sent. Never rejects. */
  send(kind: ChannelKind, target: ChannelTarget, message: Message): Promise<SendResult>;
  /** To a webhook. Resolves with null, or with a code of why it was not sent. Never rejects. */
  sendEvents(target: ChannelTarget, delivery: EventDelivery): Promise<string | null>;
}

/** A grant that ends, and the recipients in addition to the owner of the credential. */
export interface EndingGrant {
  credential: Pick<Credential, 'id' | 'name' | 'serviceType' | 'owner' | 'reminders'>;
  grant: Grant & { expiresAt: Date };
  /** Principals: the person, the creator of the service account, the leads of the team. */
  holders: string[];
}

/** Names of secrets that were in a person's environment at their last import, and were not imported. */
export interface EnvLeftovers {
  principal: string;
  names: string[];
  /** The first of the imports in a row that left these names. */
  importedAt: Date;
}

export interface NoticeFilter {
  /** True: only what still holds and nobody acknowledged or put off; false: all else. */
  open?: boolean;
  kind?: string;
}

export interface ListedNotice extends StoredNotice {
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  snoozedUntil: Date | null;
  open: boolean;
}

/** Notices that a caller may see. */
export interface NoticeReads {
  /** Newest first: what concerns the caller, what they own or manage; to an admin everything. */
  notices(caller: Caller, filter: NoticeFilter, page: PageRequest): Promise<Page<ListedNotice>>;
  /** Null also when the caller may not see it. */
  seenNotice(caller: Caller, id: string): Promise<ListedNotice | null>;
}

/** What decides whether a notice is due. */
export interface ReminderReads {
  /** Active credentials in batches by id, with what decides whether a notice is due. */
  noticeStates(afterId: string | null, limit: number): Promise<Omit<NoticeState, 'testable'>[]>;
  /**
   * Those that were not stored yet. Nothing that was acknowledged, or snoozed until later than `now`; what was
   * snoozed until earlier is new once more.
   */
  newNotices(notices: Notice[], now: Date): Promise<Notice[]>;
  /** Grants on active credentials that end between two moments. */
  endingGrants(from: Date, to: Date): Promise<EndingGrant[]>;
  envLeftovers(): Promise<EnvLeftovers[]>;
}

/** Changes to notices. */
export interface NoticeWrites {
  notice(notice: Notice): Promise<void>;
  /** Any number, in one statement. */
  notices(notices: readonly Notice[]): Promise<void>;
  acknowledgeNotice(id: string, by: string, at: Date): Promise<void>;
  /** What of it was not sent yet is dropped: it is put once more when it still holds. */
  snoozeNotice(id: string, by: string, until: Date): Promise<void>;
}

/** Changes to channels. */
export interface ChannelWrites {
  /** Rejects with `name_taken`. */
  insertChannel(channel: Omit<SealedChannel, 'failures'>): Promise<void>;
  /**
   * Only what is named. What waits is tried again at once; after a pause it counts as handed over at that moment. Rejects
   * with `name_taken`, `not_found`, and `conflict` when the sealed target is no longer the one that was read.
   */
  updateChannel(id: string, change: ChannelPatch, at: Date): Promise<Channel>;
  /** With what waits for it; no report schedule names it any more. False when there is none. */
  deleteChannel(id: string): Promise<boolean>;
  /** Puts another sealing of the same target in its place. Rejects with `conflict` when it is no longer the one that was read. */
  resealChannel(id: string, change: { from: string; to: string }): Promise<void>;
}
