import type { ZodType } from 'zod';
import * as bodies from '../api/credentials.js';
import { connectorOf, templates } from '../connectors/registry.js';
import { invalid, notFound } from '../domain/errors.js';
import { parseServiceType } from '../domain/serviceType.js';
import { createCredential } from '../usecases/createCredential.js';
import { deleteCredential, restoreCredential } from '../usecases/deleteCredential.js';
import { destroyCredential } from '../usecases/destroyCredential.js';
import { getCredential } from '../usecases/getCredential.js';
import { listGrants, replaceGrants } from '../usecases/grants.js';
import { listCredentials } from '../usecases/listCredentials.js';
import { readCredential } from '../usecases/readCredential.js';
import { readEnvironment } from '../usecases/readEnvironment.js';
import { resolveCredentials } from '../usecases/resolveCredentials.js';
import { rotateCredential } from '../usecases/rotateCredential.js';
import { updateCredential } from '../usecases/updateCredential.js';
import { listUsage, reportUsage } from '../usecases/usage.js';
import { activateVersion, listVersions } from '../usecases/versions.js';
import { idempotencyKey, ifMatch, knownVersion } from './headers.js';
import {
  presentCredential,
  presentEnvironment,
  presentGrant,
  presentResolved,
  presentSecret,
  presentUsage,
  presentVersion,
} from './presenters.js';
import { type Context, json, parse, type Route, secretJson } from './route.js';

const one = '/api/credentials/{id}';

const update = async ({ ports, call, param, request, response }: Context): Promise<void> => {
  const body = parse(bodies.updateCredentialBody, request.body);
  const credential = await updateCredential(ports, call, param('id'), body as never, {
    ...ifMatch(request),
    source: sourceOf(request.get('x-client')),
  });
  response.set('ETag', `"${credential.revision}"`);
  json(response, presentCredential(credential));
};

const sourceOf = (client: string | undefined) => (client === 'cli' ? ('cli' as const) : ('api' as const));

/** Credentials: create to delete. */
const lifecycle: Route[] = [
  {
    method: 'post',
    path: '/api/credentials',
    summary: 'Store a new credential',
    auth: 'token',
    body: bodies.createCredentialBody,
    status: 201,
    handle: async ({ ports, call, request, response }) => {
      const body = parse(bodies.createCredentialBody, request.body);
      const key = idempotencyKey(request);
      const options = {
        source: sourceOf(request.get('x-client')),
        ...(key === undefined ? {} : { idempotencyKey: key }),
      };
      const { credential, replayed } = await createCredential(ports, call, body, options);
      response.set({ ETag: `"${credential.revision}"`, Location: `/api/credentials/${credential.id}` });
      if (replayed) response.set('Idempotent-Replayed', 'true');
      json(response, presentCredential(credential), 201);
    },
  },
  {
    method: 'get',
    path: '/api/credentials',
    summary: 'List what you may see',
    auth: 'token',
    query: bodies.listCredentialsQuery,
    handle: async ({ ports, call, request, response }) => {
      const page = await listCredentials(ports, call, parse(bodies.listCredentialsQuery, request.query));
      const items = page.items.map((item) => ({
        ...presentCredential(item.credential),
        access: item.isOwner ? 'owner' : item.level,
        last_used_at: item.lastUsedAt,
      }));
      json(response, { items, next_cursor: page.nextCursor ?? null });
    },
  },
  {
    method: 'get',
    path: '/api/credentials/templates',
    summary: 'All forms',
    auth: 'token',
    handle: async ({ response }) => json(response, { items: templates() }),
  },
  {
    method: 'get',
    path: '/api/credentials/templates/{service_type}',
    summary: 'The form of one service',
    auth: 'token',
    handle: async ({ param, response }) => {
      const type = parseServiceType(param('service_type'));
      const connector = type === undefined ? undefined : connectorOf(type);
      if (connector === undefined) throw notFound('service type');
      json(response, connector.template);
    },
  },
  {
    method: 'post',
    path: '/api/credentials/resolve',
    summary: 'Read many values at once',
    auth: 'token',
    body: bodies.resolveBody,
    handle: async ({ ports, call, request, response }) => {
      const body = parse(bodies.resolveBody, request.body);
      const who = {
        ...call,
        ...(body.used_by && { usedBy: body.used_by }),
        ...(body.purpose && { purpose: body.purpose }),
      };
      const items = await resolveCredentials(ports, who, body.items);
      secretJson(response, { items: items.map(presentResolved) });
    },
  },
  {
    method: 'get',
    path: '/api/environment',
    summary: 'All variables you may read: replaces a .env',
    auth: 'token',
    query: bodies.environmentQuery,
    handle: async ({ ports, call, request, response }) => {
      const query = parse(bodies.environmentQuery, request.query);
      const who = {
        ...call,
        ...(query.used_by && { usedBy: query.used_by }),
        ...(query.purpose && { purpose: query.purpose }),
      };
      secretJson(response, presentEnvironment(await readEnvironment(ports, who)));
    },
  },
  {
    method: 'get',
    path: one,
    summary: 'Metadata and settings',
    auth: 'token',
    handle: async ({ ports, call, param, response }) => {
      const { credential, isOwner, level } = await getCredential(ports, call, param('id'));
      response.set('ETag', `"${credential.revision}"`);
      json(response, { ...presentCredential(credential), access: isOwner ? 'owner' : level });
    },
  },
  {
    method: 'put',
    path: one,
    summary: 'Change; what is not named stays',
    auth: 'token',
    body: bodies.updateCredentialBody,
    handle: update,
  },
  {
    method: 'patch',
    path: one,
    summary: 'Change; what is not named stays',
    auth: 'token',
    body: bodies.updateCredentialBody,
    handle: update,
  },
  {
    method: 'delete',
    path: one,
    summary: 'Delete; can be restored for 30 days',
    auth: 'token',
    handle: async ({ ports, call, param, request, response }) =>
      json(response, presentCredential(await deleteCredential(ports, call, param('id'), ifMatch(request)))),
  },
  {
    method: 'post',
    path: `${one}/restore`,
    summary: 'Bring a deleted one back',
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, presentCredential(await restoreCredential(ports, call, param('id')))),
  },
  {
    method: 'post',
    path: `${one}/destroy`,
    summary: 'Remove a deleted one for good',
    auth: 'token',
    status: 202,
    handle: async ({ ports, call, param, response }) =>
      json(response, presentCredential(await destroyCredential(ports, call, param('id'))), 202),
  },
];

/** One credential: values, versions, usage, grants. */
const parts: Route[] = [
  {
    method: 'get',
    path: `${one}/secret`,
    summary: 'All fields with their values',
    auth: 'token',
    handle: async ({ ports, call, param, request, response }) => {
      const { credential, version, values } = await readCredential(
        ports,
        call,
        param('id'),
        knownVersion(request),
      );
      response.set({ ETag: `"v${version}"`, 'Cache-Control': 'no-store' });
      if (values === null) response.status(304).end();
      else secretJson(response, presentSecret(credential, version, values));
    },
  },
  {
    method: 'post',
    path: `${one}/rotate`,
    summary: 'Guided rotation: the new value becomes the active version',
    auth: 'token',
    body: bodies.rotateCredentialBody,
    handle: async ({ ports, call, param, request, response }) => {
      const key = idempotencyKey(request);
      const body = parse(bodies.rotateCredentialBody, request.body);
      json(
        response,
        presentCredential(
          await rotateCredential(
            ports,
            call,
            param('id'),
            body as never,
            key === undefined ? {} : { idempotencyKey: key },
          ),
        ),
      );
    },
  },
  {
    method: 'get',
    path: `${one}/rotations`,
    summary: 'Past rotations',
    auth: 'token',
    handle: async ({ ports, call, param, response }) => {
      const { credential, versions } = await listVersions(ports, call, param('id'));
      json(response, {
        items: versions
          .filter((v) => v.source === 'rotation')
          .map((v) => presentVersion(v, credential.activeVersion)),
      });
    },
  },
  {
    method: 'get',
    path: `${one}/versions`,
    summary: 'History',
    auth: 'token',
    handle: async ({ ports, call, param, response }) => {
      const { credential, versions } = await listVersions(ports, call, param('id'));
      json(response, { items: versions.map((v) => presentVersion(v, credential.activeVersion)) });
    },
  },
  {
    method: 'post',
    path: `${one}/versions/{n}/activate`,
    summary: 'Make another version the active one',
    auth: 'token',
    body: bodies.activateVersionBody,
    handle: async ({ ports, call, param, request, response }) => {
      if (!/^[1-9]\d{0,8}$/.test(param('n')))
        throw invalid({ field: 'n', rule: 'must be the number of a version' });
      const body = parse(bodies.activateVersionBody, request.body);
      json(
        response,
        presentCredential(await activateVersion(ports, call, param('id'), Number(param('n')), body)),
      );
    },
  },
  {
    method: 'get',
    path: `${one}/usage`,
    summary: 'Who used it, when, and did it work',
    auth: 'token',
    query: bodies.pageQuery,
    handle: async ({ ports, call, param, request, response }) => {
      const page = await listUsage(ports, call, param('id'), pageOf(bodies.pageQuery, request.query));
      json(response, { items: page.items.map(presentUsage), next_cursor: page.nextCursor ?? null });
    },
  },
  {
    method: 'post',
    path: `${one}/usage`,
    summary: 'Tell whether the value worked',
    auth: 'token',
    body: bodies.usageBody,
    status: 204,
    handle: async ({ ports, call, param, request, response }) => {
      await reportUsage(ports, call, param('id'), parse(bodies.usageBody, request.body));
      response.status(204).end();
    },
  },
  {
    method: 'get',
    path: `${one}/grants`,
    summary: 'Who else may do what',
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, { grants: (await listGrants(ports, call, param('id'))).map(presentGrant) }),
  },
  {
    method: 'put',
    path: `${one}/grants`,
    summary: 'Replace all grants',
    auth: 'token',
    body: bodies.grantsBody,
    handle: async ({ ports, call, param, request, response }) => {
      const grants = await replaceGrants(ports, call, param('id'), parse(bodies.grantsBody, request.body));
      json(response, { grants: grants.map(presentGrant) });
    },
  },
];

/** `limit` and `cursor` of a query, without an undefined cursor. */
export function pageOf(
  schema: ZodType<{ limit: number; cursor?: string | undefined }>,
  query: unknown,
): { limit: number; cursor?: string } {
  const { limit, cursor } = parse(schema, query);
  return cursor === undefined ? { limit } : { limit, cursor };
}

export const credentialRoutes: readonly Route[] = [...lifecycle, ...parts];
