import { chosenChannels, nextAttempt, wants } from '../domain/channel.js';
import { messageOf } from '../domain/message.js';
import type { DueMessage, SealedChannel } from '../ports/notices.js';
import type { Ports } from '../ports.js';
import { openTarget } from './channelTarget.js';
import { withReports } from './mailedReports.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'outbox' | 'sealer' | 'notifier' | 'testPace' | 'reports'>;

const BATCH = 200;
/** More notices than this go as a second message. */
const MOST_IN_ONE = 50;

/** Hands what was put over to the channels that want it, and enqueues each channel that has something to send. */
export async function handOverNotices(ports: Pick<Ports, 'clock' | 'outbox' | 'jobs'>): Promise<void> {
  const { outbox, clock, jobs } = ports;
  const channels = (await outbox.channels()).map(({ channel }) => channel);
  for (;;) {
    const unsent = await outbox.unsent(BATCH);
    const deliveries = unsent.map(({ notice, labels }) => ({
      notice: notice.id,
      channels: channels
        .filter((channel) => chosenChannels(notice)?.includes(channel.id) ?? wants(channel, notice, labels))
        .map(({ id }) => id),
    }));
    if (deliveries.length > 0) await outbox.handOver(deliveries, clock.now());
    if (unsent.length < BATCH) break;
  }
  for (const id of await outbox.dueChannels(clock.now()))
    await jobs.enqueue({
      task: 'send_channel',
      key: `channel:${id}`,
      queue: `channel:${id}`,
      payload: { channel_id: id },
    });
}

/** Sends what is due for one channel. What can't be sent is tried again later, with the same id, and given up at last. */
export async function sendToChannel(ports: Needs, channelId: string): Promise<void> {
  const { outbox, clock } = ports;
  const channel = await outbox.channel(channelId);
  if (channel === null) return;
  const due = await outbox.dueMessages(channelId, { now: clock.now(), most: MOST_IN_ONE });
  for (const message of due) await sendOne(ports, channel, message);
}

async function sendOne(ports: Needs, channel: SealedChannel, due: DueMessage): Promise<void> {
  const { outbox, clock, notifier, testPace, log } = ports;
  const target = await openTarget(ports, channel);
  const plain = messageOf(due.id, due.notices);
  const message = channel.kind === 'mail' ? await withReports(ports, plain) : plain;
  const code = await notifier.send(channel.kind, target, message);
  const now = clock.now();
  if (code === null) return outbox.sent(due.id, now);
  const failed = { attempts: due.attempts + 1, since: due.since, chance: testPace.chance() };
  const next = nextAttempt(failed, now);
  await outbox.notSent(due.id, { code, next });
  const fields = { channel_id: channel.id, kind: channel.kind, code, attempts: failed.attempts };
  if (next === null) log.error('notice_given_up', fields);
  else log.warn('notice_not_sent', fields);
}
