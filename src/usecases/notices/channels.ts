import { randomBytes, randomUUID } from 'node:crypto';
import type { CallContext } from '../../domain/access/caller.js';
import { BrokerError, invalid, notFound } from '../../domain/errors.js';
import { type Channel, unheededByEvents } from '../../domain/notices/channel.js';
import { messageOf } from '../../domain/notices/message.js';
import { Secret } from '../../domain/secret.js';
import type { ChannelState, ChannelTarget, Delivery, DeliveryState, NeverSent } from '../../ports/notices.js';
import type { Page, PageRequest } from '../../ports/page.js';
import type { Ports } from '../../ports/ports.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';
import { openTarget, sealTarget } from './channelTarget.js';

type Needs = Pick<
  Ports,
  'clock' | 'records' | 'changes' | 'auditLog' | 'outbox' | 'eventFeed' | 'sealer' | 'notifier' | 'jobs'
>;

export type NewChannel = Pick<
  Channel,
  'name' | 'kind' | 'shownTarget' | 'minSeverity' | 'kinds' | 'labels' | 'events' | 'team' | 'quiet'
> & {
  target: ChannelTarget;
};

/** What is not named stays; so does each part of the target. */
export type ChannelChange = Partial<Omit<NewChannel, 'kind'> & Pick<Channel, 'paused'>>;

interface ChangeOptions {
  /** The new URL is not https. */
  plainUrl: boolean;
}

/**
 * Adds a channel; admin only, since it carries the names of everybody's credentials out. A webhook without a secret of
 * the caller's gets one, which is shown this once.
 */
export async function createChannel(
  ports: Needs,
  call: CallContext,
  input: NewChannel,
): Promise<{ channel: Channel; signingSecret: Secret | null }> {
  const details = { name: input.name, kind: input.kind, target: input.shownTarget };
  await requireRole(ports, call, 'admin', { action: 'channel.create', details });
  if (input.events) requireHeeded(input);
  requireSendable(ports, input.target);
  if (!ports.notifier.can(input.kind))
    throw new BrokerError('conflict', {
      detail: 'No mail server is configured; set SMTP_HOST and SMTP_FROM.',
    });
  const made =
    input.kind === 'webhook' && input.target.signingSecret === undefined
      ? new Secret(randomBytes(32).toString('base64url'))
      : null;
  const { target, ...shown } = input;
  const id = randomUUID();
  await requireTeam(ports, input.team);
  const channel: Channel = {
    ...shown,
    id,
    paused: false,
    recipient: null,
    createdAt: ports.clock.now(),
    createdBy: call.caller.principal,
  };
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

/** Changes what is named and nothing else; of two changes of the target at once one is refused. What waits is tried again at once. Admin only. */
export async function changeChannel(
  ports: Needs,
  call: CallContext,
  id: string,
  { plainUrl, ...change }: ChannelChange & ChangeOptions,
): Promise<Channel> {
  const changed = Object.keys(change);
  await requireRole(ports, call, 'admin', { action: 'channel.change', details: { channel: id, changed } });
  const before = await ports.outbox.channel(id);
  if (before === null) throw notFound('channel');
  if (before.events) requireHeeded(change);
  await requireTeam(ports, change.team ?? null);
  const { target, ...shown } = change;
  if (before.recipient !== null && changed.some((name) => name !== 'paused'))
    throw new BrokerError('conflict', { detail: 'The mailbox of a person can only be paused.' });
  if (target !== undefined) requireOfKind(before, target);
  if (plainUrl && before.kind !== 'webhook') throw invalid({ field: 'url', rule: 'must be an https URL' });
  if (target !== undefined) requireSendable(ports, target);
  const sealed = async (added: ChannelTarget) => ({
    from: before.sealedTarget,
    to: await sealTarget(ports, id, { ...(await openTarget(ports, before)), ...added }),
  });
  const patch = { ...shown, ...(target !== undefined && { sealedTarget: await sealed(target) }) };
  return ports.changes.run(async (tx) => {
    tx.audit(auditEvent(call, 'channel.change', 'allowed', { details: { channel: id, changed } }));
    return tx.updateChannel(id, patch, ports.clock.now());
  });
}

const NEVER_SENT: Readonly<Record<NeverSent, string>> = {
  denied_port: 'must not use a port of another kind of service',
  plain_http: 'must be an https URL beyond loopback (or ALLOW_PLAIN_WEBHOOKS=true)',
};

function requireSendable({ notifier }: Needs, target: ChannelTarget): void {
  const never = notifier.never(target);
  if (never !== null) throw invalid({ field: 'url', rule: NEVER_SENT[never] });
}

function requireHeeded(wanted: Partial<Channel>): void {
  const fields = unheededByEvents(wanted);
  if (fields.length > 0)
    throw invalid(...fields.map((field) => ({ field, rule: 'must not be sent together with events' })));
}

function requireOfKind({ kind }: Channel, target: ChannelTarget): void {
  const { to, url, signingSecret, caPem } = target;
  const wrong = (field: string) => invalid({ field, rule: `must be omitted for ${kind}` });
  if (kind === 'mail' && url !== undefined) throw wrong('url');
  if (kind !== 'mail' && to !== undefined) throw wrong('to');
  if (kind !== 'webhook' && signingSecret !== undefined) throw wrong('signing_secret');
  if (kind === 'mail' && caPem !== undefined) throw wrong('ca_pem');
}

async function requireTeam({ records }: Needs, team: string | null): Promise<void> {
  if (team !== null && (await records.team(team)) === null)
    throw invalid({ field: 'team', rule: 'must be the name of a team' });
}

/** The deliveries of a channel and their states, newest first. Admin only. */
export async function listDeliveries(
  ports: Needs,
  call: CallContext,
  id: string,
  { state, ...page }: PageRequest & { state?: DeliveryState },
): Promise<Page<Delivery>> {
  await requireRole(ports, call, 'admin', { action: 'channel.see', details: { channel: id } });
  if ((await ports.outbox.channel(id)) === null) throw notFound('channel');
  return ports.outbox.deliveries(id, state, page);
}

/** All channels and how their deliveries stand. Admin only. */
export async function listChannels(ports: Needs, call: CallContext): Promise<ChannelState[]> {
  await requireRole(ports, call, 'admin', { action: 'channel.see' });
  const [states, events] = [await ports.outbox.channels(), await ports.eventFeed.states()];
  return states.map((state) => {
    const own = events.find(({ channelId }) => channelId === state.channel.id);
    if (own === undefined) return state;
    return { ...state, pending: own.waiting, lastSentAt: own.lastSentAt, lastCode: own.lastCode };
  });
}

/** Removes a channel and what waits for it. Admin only. */
export async function deleteChannel(ports: Needs, call: CallContext, id: string): Promise<void> {
  await requireRole(ports, call, 'admin', { action: 'channel.delete', details: { channel: id } });
  await ports.changes.run(async (tx) => {
    if (!(await tx.deleteChannel(id))) throw notFound('channel');
    tx.audit(auditEvent(call, 'channel.delete', 'allowed', { details: { channel: id } }));
  });
}

/** Sends a test now. Resolves with null, or with a code of why it was not sent. Admin only. */
export async function testChannel(ports: Needs, call: CallContext, id: string): Promise<string | null> {
  await requireRole(ports, call, 'admin', { action: 'channel.test', details: { channel: id } });
  const channel = await ports.outbox.channel(id);
  if (channel === null) throw notFound('channel');
  if (channel.recipient !== null)
    throw new BrokerError('conflict', { detail: 'The mailbox of a person cannot be tested.' });
  const target = await openTarget(ports, channel);
  const message = messageOf(randomUUID(), []);
  const subject = `[test] The credential broker reaches “${channel.name}”.`;
  const sent = await ports.notifier.send(channel.kind, target, { ...message, subject });
  const code = sent.code ?? (sent.refused.length > 0 ? 'address_refused' : null);
  const outcome = code === null ? 'allowed' : 'failed';
  await ports.auditLog.record([
    auditEvent(call, 'channel.test', outcome, { code, details: { channel: id, kind: channel.kind } }),
  ]);
  return code;
}

/** Tries again what was given up; how many notices. Admin only. */
export async function reviveChannel(ports: Needs, call: CallContext, id: string): Promise<number> {
  await requireRole(ports, call, 'admin', { action: 'channel.retry', details: { channel: id } });
  if ((await ports.outbox.channel(id)) === null) throw notFound('channel');
  const revived = await ports.outbox.revive(id, ports.clock.now());
  await ports.auditLog.record([
    auditEvent(call, 'channel.retry', 'allowed', { details: { channel: id, revived } }),
  ]);
  return revived;
}
