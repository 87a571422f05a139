import { randomBytes, randomUUID } from 'node:crypto';
import type { Call } from '../domain/caller.js';
import type { Channel } from '../domain/channel.js';
import { BrokerError, notFound } from '../domain/errors.js';
import { messageOf } from '../domain/message.js';
import { Secret } from '../domain/secret.js';
import type { ChannelState, ChannelTarget } from '../ports/notices.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { openTarget, sealTarget } from './channelTarget.js';
import { requireRole } from './refuse.js';

type Needs = Pick<
  Ports,
  'clock' | 'records' | 'changes' | 'readAudit' | 'outbox' | 'eventFeed' | 'sealer' | 'notifier' | 'jobs'
>;

export type NewChannel = Pick<
  Channel,
  'name' | 'kind' | 'shownTarget' | 'minSeverity' | 'kinds' | 'labels' | 'events'
> & {
  target: ChannelTarget;
};

/**
 * Adds a channel; admin only, since it carries the names of everybody's credentials out. A webhook without a secret of
 * the caller's gets one, which is shown this once.
 */
export async function createChannel(
  ports: Needs,
  call: Call,
  input: NewChannel,
): Promise<{ channel: Channel; signingSecret: Secret | null }> {
  const details = { name: input.name, kind: input.kind, target: input.shownTarget };
  await requireRole(ports, call, 'admin', { action: 'channel.create', details });
  if (!ports.notifier.can(input.kind))
    throw new BrokerError('conflict', {
      detail: 'This broker knows no mail server; set SMTP_HOST and SMTP_FROM.',
    });
  const made =
    input.kind === 'webhook' && input.target.signingSecret === undefined
      ? new Secret(randomBytes(32).toString('base64url'))
      : null;
  const { target, ...shown } = input;
  const id = randomUUID();
  const channel: Channel = { ...shown, id, createdAt: ports.clock.now(), createdBy: call.caller.principal };
  const sealedTarget = await sealTarget(
    ports,
    id,
    made === null ? target : { ...target, signingSecret: made },
  );
  await ports.changes.run(async (tx) => {
    await tx.insertChannel({ ...channel, sealedTarget });
    if (channel.events) await tx.followEvents(id);
    tx.audit(auditEvent(call, 'channel.create', 'allowed', { details: { ...details, channel: id } }));
  });
  return { channel, signingSecret: made };
}

/** All channels and how their deliveries stand. Admin only. */
export async function listChannels(ports: Needs, call: Call): Promise<ChannelState[]> {
  await requireRole(ports, call, 'admin', { action: 'channel.see' });
  const [states, events] = [await ports.outbox.channels(), await ports.eventFeed.states()];
  return states.map((state) => {
    const own = events.find(({ channelId }) => channelId === state.channel.id);
    if (own === undefined) return state;
    return { ...state, pending: own.waiting, lastSentAt: own.lastSentAt, lastCode: own.lastCode };
  });
}

/** Removes a channel and what waits for it. Admin only. */
export async function deleteChannel(ports: Needs, call: Call, id: string): Promise<void> {
  await requireRole(ports, call, 'admin', { action: 'channel.delete', details: { channel: id } });
  await ports.changes.run(async (tx) => {
    if (!(await tx.deleteChannel(id))) throw notFound('channel');
    tx.audit(auditEvent(call, 'channel.delete', 'allowed', { details: { channel: id } }));
  });
}

/** Sends a test now. Resolves with null, or with a code of why it was not sent. Admin only. */
export async function testChannel(ports: Needs, call: Call, id: string): Promise<string | null> {
  await requireRole(ports, call, 'admin', { action: 'channel.test', details: { channel: id } });
  const channel = await ports.outbox.channel(id);
  if (channel === null) throw notFound('channel');
  const target = await openTarget(ports, channel);
  const message = messageOf(randomUUID(), []);
  const subject = `[test] The credential broker reaches “${channel.name}”.`;
  const code = await ports.notifier.send(channel.kind, target, { ...message, subject });
  const outcome = code === null ? 'allowed' : 'failed';
  await ports.readAudit.record([
    auditEvent(call, 'channel.test', outcome, { code, details: { channel: id, kind: channel.kind } }),
  ]);
  return code;
}

/** Tries again what was given up; how many notices. Admin only. */
export async function reviveChannel(ports: Needs, call: Call, id: string): Promise<number> {
  await requireRole(ports, call, 'admin', { action: 'channel.test', details: { channel: id } });
  if ((await ports.outbox.channel(id)) === null) throw notFound('channel');
  const revived = await ports.outbox.revive(id, ports.clock.now());
  await ports.readAudit.record([
    auditEvent(call, 'channel.test', 'allowed', { details: { channel: id, revived } }),
  ]);
  return revived;
}
