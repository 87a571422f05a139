import type { z } from 'zod';
import * as shapes from '../../api/channels.js';
import { deliveriesQuery, type deliveryAnswer, deliveryPage } from '../../api/notices.js';
import { channelParams } from '../../api/paths.js';
import type { Channel } from '../../domain/notices/channel.js';
import { Secret } from '../../domain/secret.js';
import type { ChannelTarget, Delivery } from '../../ports/notices.js';
import {
  type ChannelChange,
  changeChannel,
  createChannel,
  deleteChannel,
  listChannels,
  listDeliveries,
  type NewChannel,
  reviveChannel,
  testChannel,
} from '../../usecases/notices/channels.js';
import { iso, isoOrNull } from '../present/moments.js';
import { presentSecretOnce } from '../present/presentSecretOnce.js';
import { paged, pageOf, type Route, route } from '../route.js';
import { presentNoticeHead } from './noticeRoutes.js';

const all = '/api/notifications/channels';
const shared = { tag: 'Notifications', auth: 'token' } as const;

/** Where notices go. */
export const channelRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: all,
    id: 'listChannels',
    summary: 'List channels and the state of their deliveries',
    answer: shapes.channelListAnswer,
    handle: async ({ ports, call }) => {
      const states = await listChannels(ports, call);
      const items = states.map(({ channel, pending, dead, lastSentAt, lastCode }) => ({
        ...presentChannel(channel),
        pending,
        dead,
        last_sent_at: isoOrNull(lastSentAt),
        last_code: lastCode,
      }));
      return { items };
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: all,
    id: 'createChannel',
    summary: 'Create a channel',
    description: 'The secret that signs the messages of a webhook is shown once.',
    status: 201,
    errors: ['name_taken'],
    answersSecret: true,
    body: shapes.createChannelBody,
    answer: shapes.newChannelAnswer,
    handle: async ({ ports, call, body }) => {
      const { channel, signingSecret } = await createChannel(ports, call, channelOf(body));
      const signing_secret = signingSecret === null ? null : presentSecretOnce(signingSecret);
      return { ...presentChannel(channel), signing_secret };
    },
  }),
  route({
    ...shared,
    method: 'patch',
    path: `${all}/{id}`,
    id: 'updateChannel',
    summary: 'Update, pause or resume a channel',
    description: 'Omitted fields keep their value.',
    errors: ['name_taken'],
    params: channelParams,
    body: shapes.changeChannelBody,
    answer: shapes.channelAnswer,
    handle: async ({ ports, call, params, body }) =>
      presentChannel(await changeChannel(ports, call, params.id, changeOf(body))),
  }),
  route({
    ...shared,
    method: 'get',
    path: `${all}/{id}/deliveries`,
    id: 'listDeliveries',
    summary: 'List the deliveries of a channel, newest first',
    params: channelParams,
    query: deliveriesQuery,
    answer: deliveryPage,
    handle: async ({ ports, call, params, query }) => {
      const { state } = query;
      const page = { ...pageOf(query), ...(state !== undefined && { state }) };
      return paged(await listDeliveries(ports, call, params.id, page), presentDelivery);
    },
  }),
  route({
    ...shared,
    method: 'delete',
    path: `${all}/{id}`,
    id: 'deleteChannel',
    summary: 'Delete a channel and what waits for it',
    params: channelParams,
    handle: ({ ports, call, params }) => deleteChannel(ports, call, params.id),
  }),
  route({
    ...shared,
    method: 'post',
    path: `${all}/{id}/test`,
    id: 'testChannel',
    summary: 'Send a test message now',
    tests: true,
    params: channelParams,
    answer: shapes.channelTestAnswer,
    handle: async ({ ports, call, params }) => {
      const code = await testChannel(ports, call, params.id);
      return { ok: code === null, code };
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: `${all}/{id}/retry`,
    id: 'retryChannel',
    summary: 'Retry deliveries that were given up',
    params: channelParams,
    answer: shapes.channelRetryAnswer,
    handle: async ({ ports, call, params }) => ({ revived: await reviveChannel(ports, call, params.id) }),
  }),
];

function channelOf(body: z.infer<typeof shapes.createChannelBody>): NewChannel {
  const { name, kind, kinds, labels, events, to, url, team } = body;
  const shownTarget = shownOf(to, url);
  const quiet = quietOf(body.quiet_hours);
  const minSeverity = body.min_severity;
  return {
    name,
    kind,
    kinds,
    labels,
    events,
    minSeverity,
    team,
    quiet,
    shownTarget,
    target: targetOf(body),
  };
}

type ChangeBody = z.infer<typeof shapes.changeChannelBody>;

function changeOf(body: ChangeBody): ChannelChange & { plainUrl: boolean } {
  const { name, kinds, labels, team, paused, to, url, min_severity: minSeverity, quiet_hours: quiet } = body;
  const target = targetOf(body);
  return {
    plainUrl: url !== undefined && !url.startsWith('https:'),
    ...(name !== undefined && { name }),
    ...(kinds !== undefined && { kinds }),
    ...(labels !== undefined && { labels }),
    ...(team !== undefined && { team }),
    ...(paused !== undefined && { paused }),
    ...(minSeverity !== undefined && { minSeverity }),
    ...(quiet !== undefined && { quiet: quietOf(quiet) }),
    ...(Object.keys(target).length > 0 && { target }),
    ...((to !== undefined || url !== undefined) && { shownTarget: shownOf(to, url) }),
  };
}

/** The path of this kind of URL allows posting: only the host is shown. */
const shownOf = (to: string[] | undefined, url: string | undefined) =>
  url === undefined ? (to ?? []).join(',') : new URL(url).host;

type TargetBody = Pick<ChangeBody, 'to' | 'url' | 'signing_secret' | 'ca_pem'>;

function targetOf({ to, url, signing_secret: secret, ca_pem: caPem }: TargetBody): ChannelTarget {
  return {
    ...(to !== undefined && { to }),
    ...(url !== undefined && { url: new Secret(url) }),
    ...(secret !== undefined && { signingSecret: new Secret(secret) }),
    ...(caPem !== undefined && { caPem }),
  };
}

function quietOf(quiet: z.infer<typeof shapes.createChannelBody>['quiet_hours']): Channel['quiet'] {
  if (quiet === null) return null;
  const { let_through: letThrough, ...time } = quiet;
  return { ...time, letThrough };
}

function presentChannel(channel: Channel): z.output<typeof shapes.channelAnswer> {
  const { quiet } = channel;
  return {
    id: channel.id,
    name: channel.name,
    kind: channel.kind,
    target: channel.shownTarget,
    min_severity: channel.minSeverity,
    kinds: channel.kinds,
    labels: channel.labels,
    team: channel.team,
    quiet_hours: quiet && {
      from: quiet.from,
      to: quiet.to,
      timezone: quiet.timezone,
      let_through: quiet.letThrough,
    },
    paused: channel.paused,
    recipient: channel.recipient,
    events: channel.events,
    created_at: iso(channel.createdAt),
    created_by: channel.createdBy,
  };
}

function presentDelivery(delivery: Delivery): z.output<typeof deliveryAnswer> {
  return {
    notice: presentNoticeHead(delivery.notice),
    state: delivery.state,
    attempts: delivery.attempts,
    handed_over_at: iso(delivery.createdAt),
    sent_at: isoOrNull(delivery.sentAt),
    last_code: delivery.lastCode,
    only_to: delivery.onlyTo,
  };
}
