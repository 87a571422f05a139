import type { z } from 'zod';
import * as shapes from '../api/channels.js';
import type { Channel } from '../domain/channel.js';
import { Secret } from '../domain/secret.js';
import type { ChannelTarget } from '../ports/notices.js';
import {
  createChannel,
  deleteChannel,
  listChannels,
  type NewChannel,
  reviveChannel,
  testChannel,
} from '../usecases/channels.js';
import { presentSecretOnce } from './presentSecretOnce.js';
import { json, parse, type Route, secretJson } from './route.js';

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
  const { name, kind, kinds, labels, events, to, url, signing_secret: secret, ca_pem: caPem } = body;
  const target: ChannelTarget = {
    ...(to !== undefined && { to }),
    ...(url !== undefined && { url: new Secret(url) }),
    ...(secret !== undefined && { signingSecret: new Secret(secret) }),
    ...(caPem !== undefined && { caPem }),
  };
  // The path of such a URL is what lets one post: only the host is shown.
  const shownTarget = url === undefined ? (to ?? []).join(',') : new URL(url).host;
  return { name, kind, kinds, labels, events, minSeverity: body.min_severity, shownTarget, target };
}

function presentChannel(channel: Channel): Record<string, unknown> {
  return {
    id: channel.id,
    name: channel.name,
    kind: channel.kind,
    target: channel.shownTarget,
    min_severity: channel.minSeverity,
    kinds: channel.kinds,
    labels: channel.labels,
    events: channel.events,
    created_at: channel.createdAt,
    created_by: channel.createdBy,
  };
}
