import { inParts } from '../../domain/inParts.js';
import {
  type Channel,
  type ChannelKind,
  chosenChannels,
  countedSince,
  givenUpBefore,
  nextAttempt,
  outcomeUnknown,
  waitsUntil,
  wants,
} from '../../domain/notices/channel.js';
import { MOST_NAMED, messageOf } from '../../domain/notices/message.js';
import { leastSent } from '../../domain/notices/quietHours.js';
import type {
  ChannelTarget,
  DueMessage,
  Failed,
  Mailbox,
  SealedChannel,
  SendResult,
} from '../../ports/notices.js';
import type { Ports } from '../../ports/ports.js';
import { openTarget } from './channelTarget.js';
import { withReports } from './mailedReports.js';

const BATCH = 200;

type Sends = Pick<Ports, 'clock' | 'log' | 'outbox' | 'sealer' | 'notifier' | 'testPace' | 'reports'>;
type Unsent = Awaited<ReturnType<Ports['outbox']['pending']>>[0];

/**
 * Passes stored notices to the channels that accept them and to the mailboxes of their recipients, and enqueues each
 * channel that has something to send.
 */
export async function handOverNotices(
  ports: Pick<Ports, 'clock' | 'log' | 'outbox' | 'jobs' | 'notifier'>,
): Promise<void> {
  const { outbox, clock, jobs, log, notifier } = ports;
  const channels = (await outbox.channels())
    .map(({ channel }) => channel)
    .filter((c) => c.recipient === null);
  for (;;) {
    const pending = await outbox.pending(BATCH, clock.now());
    const recipients = [...new Set(pending.map(({ notice }) => notice.recipient))];
    const boxes = notifier.can('mail') ? await outbox.mailboxes(recipients, clock.now()) : new Map();
    const deliveries = pending.map((one) => ({
      notice: one.notice.id,
      channels: waysFor(one, channels, boxes.get(one.notice.recipient) ?? []),
    }));
    let stuck = 0;
    await inParts(
      deliveries,
      (part) => outbox.dispatch([...part], clock.now()),
      ({ notice }, { code }) => {
        stuck += 1;
        log.error('notice_not_handed_over', { notice_id: notice, code });
      },
    );
    if (pending.length < BATCH || stuck > 0) break;
  }
  for (const id of await outbox.dueChannels(clock.now()))
    await jobs.enqueue({
      task: 'send_channel',
      key: `channel:${id}`,
      queue: `channel:${id}`,
      payload: { channel_id: id },
    });
}

/** A person who gets it by a mail channel already gets it once. */
function waysFor({ notice, about }: Unsent, channels: Channel[], boxes: readonly Mailbox[]): string[] {
  const chosen = chosenChannels(notice);
  const wanting = channels.filter((channel) => chosen?.includes(channel.id) ?? wants(channel, notice, about));
  const told = wanting
    .filter(({ kind }) => kind === 'mail')
    .flatMap(({ shownTarget }) => shownTarget.toLowerCase().split(','));
  const own = boxes.filter(({ address }) => !told.includes(address.toLowerCase()));
  return [...wanting.map(({ id }) => id), ...own.map(({ channel }) => channel)];
}

/**
 * Sends what is due for one channel, most of it in one message. What can't be sent is tried again later with what came
 * up meanwhile, and given up at last.
 */
export async function sendToChannel(ports: Sends, channelId: string): Promise<void> {
  const { outbox, clock } = ports;
  const channel = await outbox.channel(channelId);
  if (channel === null || channel.paused) return;
  const least = leastSent(channel.quiet, clock.now());
  if (least === null) return;
  // Before anything is claimed: while Vault is away nothing is on its way.
  const target = await targetOf(ports, channel);
  for (;;) {
    const now = clock.now();
    const until = waitsUntil(await outbox.sentSince(channelId, countedSince(now)));
    if (until !== null) return outbox.putOff(channelId, until);
    const due = await outbox.claim(channelId, { now, most: MOST_NAMED, least });
    if (due === null || !(await sendOne(ports, { channel, target }, due))) return;
  }
}

/** False when the channel has to wait. */
async function sendOne(
  ports: Sends,
  { channel, target }: { channel: SealedChannel; target: ChannelTarget | null },
  due: DueMessage,
): Promise<boolean> {
  const { outbox, clock, testPace } = ports;
  const result = await deliver(ports, channel.kind, target, due);
  const now = clock.now();
  if (result.code === null && result.refused.length === 0) {
    await outbox.sent(due.id, now);
    return true;
  }
  const ownWay = result.refused.length > 0 || due.onlyTo !== null;
  const failures = ownWay ? due.attempts : channel.failures;
  const failed = {
    code: result.code ?? 'address_refused',
    next: nextAttempt(failures + 1, testPace.chance(), now),
    deadBefore: givenUpBefore(now),
  };
  const dead = ownWay
    ? await outbox.refused(due.id, { ...failed, ...leftOf(due, result, now) })
    : await outbox.notSent(due.id, { ...failed, unsure: outcomeUnknown(failed.code) });
  tell(ports, channel, { ...failed, attempts: failures + 1, dead });
  return ownWay;
}

/** Of addresses that refused it before, those that the channel still has. */
async function deliver(
  ports: Pick<Ports, 'notifier' | 'reports'>,
  kind: ChannelKind,
  target: ChannelTarget | null,
  due: DueMessage,
): Promise<SendResult> {
  if (target === null) return { code: 'no_address', refused: [] };
  const { notifier } = ports;
  const plain = messageOf(due.id, due.notices, due.counts);
  const message = kind === 'mail' ? await withReports(ports, plain) : plain;
  if (due.onlyTo === null) return notifier.send(kind, target, message);
  const left = due.onlyTo.map((address) => address.toLowerCase());
  const to = (target.to ?? []).filter((address) => left.includes(address.toLowerCase()));
  return to.length === 0 ? { code: null, refused: [] } : notifier.send(kind, { ...target, to }, message);
}

/** The recipients that it still has to reach. */
function leftOf(due: DueMessage, { code, refused }: SendResult, now: Date) {
  const onlyTo = refused.length > 0 ? refused : (due.onlyTo ?? []);
  return { onlyTo, acceptedAt: code === null ? now : null };
}

function tell(
  { log }: Pick<Ports, 'log'>,
  channel: SealedChannel,
  { code, attempts, dead }: Pick<Failed, 'code'> & { attempts: number; dead: number },
): void {
  const fields = { channel_id: channel.id, kind: channel.kind, code, attempts };
  if (dead > 0) log.error('notice_given_up', { ...fields, notices: dead });
  else log.warn('notice_not_sent', fields);
}

/** Null: the person whose mailbox it is has no address now. */
async function targetOf(
  ports: Pick<Ports, 'clock' | 'outbox' | 'sealer'>,
  channel: SealedChannel,
): Promise<ChannelTarget | null> {
  if (channel.recipient === null) return openTarget(ports, channel);
  const address = await ports.outbox.addressOf(channel.recipient, ports.clock.now());
  return address === null ? null : { to: [address] };
}
