/** What has to be told, and the ways to tell it. */
import type { Channel, ChannelKind, PutNotice } from '../domain/channel.js';
import type { Message } from '../domain/message.js';
import type { Secret } from '../domain/secret.js';
import type { EventDelivery } from './eventFeed.js';

export interface SealedChannel extends Channel {
  sealedTarget: string;
}

/** How deliveries to a channel stand. */
export interface ChannelState {
  channel: Channel;
  pending: number;
  /** Given up. */
  dead: number;
  lastSentAt: Date | null;
  /** Why the last one that was not sent was not; null when nothing waits. */
  lastCode: string | null;
}

/** A message that is due for a channel. */
export interface DueMessage {
  id: string;
  /** Failed attempts before. */
  attempts: number;
  /** When the oldest of its notices was handed over. */
  since: Date;
  notices: PutNotice[];
}

/** What was put and has to be sent. Each method is one transaction. */
export interface Outbox {
  channels(): Promise<ChannelState[]>;
  channel(id: string): Promise<SealedChannel | null>;
  /** Notices that were not handed over yet, oldest first, with the labels of their credentials. */
  unsent(limit: number): Promise<{ notice: PutNotice; labels: Record<string, string> }[]>;
  /** Hands each notice over to its channels, once. */
  handOver(deliveries: { notice: string; channels: string[] }[], now: Date): Promise<void>;
  /** Channels for which something is due. */
  dueChannels(now: Date): Promise<string[]>;
  /** Bundles what is due into messages of at most `most` notices; one that was tried before stays as it was. */
  dueMessages(channel: string, at: { now: Date; most: number }): Promise<DueMessage[]>;
  sent(message: string, at: Date): Promise<void>;
  /** `next` null: given up. */
  notSent(message: string, failed: { code: string; next: Date | null }): Promise<void>;
  /** Tries again what was given up; how many. */
  revive(channel: string, now: Date): Promise<number>;
}

/** A target in the clear, as it is sealed. */
export interface ChannelTarget {
  /** Of mail. */
  to?: string[];
  /** Of the others: whoever knows it may post there. */
  url?: Secret;
  /** Of webhooks: signs what is sent. */
  signingSecret?: Secret;
  /** Of webhooks: the authority of the receiver, when it is not a public one. */
  caPem?: string;
}

export interface Notifier {
  /** True where messages of this kind can be sent: mail needs a server. */
  can(kind: ChannelKind): boolean;
  /** Resolves with null, or with a code of why it was not sent. Never rejects. */
  send(kind: ChannelKind, target: ChannelTarget, message: Message): Promise<string | null>;
  /** To a webhook; the same answers. */
  sendEvents(target: ChannelTarget, delivery: EventDelivery): Promise<string | null>;
}
