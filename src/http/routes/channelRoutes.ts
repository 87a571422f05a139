import type { z } from 'zod';
import * as shapes from '../../api/channels.js';
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
import { presentSecretOnce } from '../present/presentSecretOnce.js';
import { json, parse, type Route, secretJson } from '../route.js';
import { presentNoticeHead } from './noticeRoutes.js';

const all = '/api/notifications/channels';

/** Where notices go. */
export const channelRoutes: readonly Route[] = [
  {
    method: 'get',
    path: all,
    summary: 'Where notices go, and how their deliveries stand',
    answer: shapes.channelListAnswer,
    auth: 'token',
    handle: async ({ ports, call, response }) => {
      const states = await listChannels(ports, call);
      const items = states.map(({ channel, pending, dead, lastSentAt, lastCode }) => ({
        ...presentChannel(channel),
        pending,
        dead,
        last_sent_at: lastSentAt,
        last_code: lastCode,
      }));
      json(response, { items });
    },
  },
  {
    method: 'post',
    path: all,
    summary: 'New channel; the secret that signs a webhook is shown once',
    answer: shapes.newChannelAnswer,
    auth: 'token',
    body: shapes.createChannelBody,
    status: 201,
    handle: async ({ ports, call, request, response }) => {
      const body = parse(shapes.createChannelBody, request.body);
      const { channel, signingSecret } = await createChannel(ports, call, channelOf(body));
      const signing_secret = signingSecret === null ? null : presentSecretOnce(signingSecret);
      secretJson(response, { ...presentChannel(channel), signing_secret }, 201);
    },
  },
  {
    method: 'patch',
    path: `${all}/{id}`,
    summary: 'Change what is named; pause, or go on',
    answer: shapes.channelAnswer,
    auth: 'token',
    body: shapes.changeChannelBody,
    handle: async ({ ports, call, param, request, response }) => {
      const change = changeOf(parse(shapes.changeChannelBody, request.body));
      json(response, presentChannel(await changeChannel(ports, call, param('id'), change)));
    },
  },
  {
    method: 'get',
    path: `${all}/{id}/deliveries`,
    summary: 'What was handed over to a channel, newest first; state=dead: what was given up',
    answer: shapes.deliveryPage,
    auth: 'token',
    query: shapes.deliveriesQuery,
    handle: async ({ ports, call, param, request, response }) => {
      const { state, limit, cursor } = parse(shapes.deliveriesQuery, request.query);
      const page = {
        limit,
        ...(cursor !== undefined && { cursor }),
        ...(state !== undefined && { state }),
      };
      const { items, nextCursor } = await listDeliveries(ports, call, param('id'), page);
      json(response, { items: items.map(presentDelivery), next_cursor: nextCursor ?? null });
    },
  },
  {
    method: 'delete',
    path: `${all}/{id}`,
    summary: 'Remove a channel and what waits for it',
    auth: 'token',
    status: 204,
    handle: async ({ ports, call, param, response }) => {
      await deleteChannel(ports, call, param('id'));
      response.status(204).end();
    },
  },
  {
    method: 'post',
    path: `${all}/{id}/test`,
    summary: 'Send a test now',
    answer: shapes.channelTestAnswer,
    auth: 'token',
    tests: true,
    handle: async ({ ports, call, param, response }) => {
      const code = await testChannel(ports, call, param('id'));
      json(response, { ok: code === null, code });
    },
  },
  {
    method: 'post',
    path: `${all}/{id}/retry`,
    summary: 'Try again what was given up',
    answer: shapes.channelRetryAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, { revived: await reviveChannel(ports, call, param('id')) }),
  },
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

function presentChannel(channel: Channel): Record<string, unknown> {
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
    created_at: channel.createdAt,
    created_by: channel.createdBy,
  };
}

function presentDelivery(delivery: Delivery): Record<string, unknown> {
  return {
    notice: presentNoticeHead(delivery.notice),
    state: delivery.state,
    attempts: delivery.attempts,
    handed_over_at: delivery.createdAt,
    sent_at: delivery.sentAt,
    last_code: delivery.lastCode,
    only_to: delivery.onlyTo,
  };
}
