import * as answers from '../../api/answers.js';
import * as bodies from '../../api/credentials.js';
import { credentialParams, templateParams } from '../../api/paths.js';
import { savedCredential } from '../../api/tests.js';
import { connectorOf, connectors } from '../../connectors/registry.js';
import { parseServiceType } from '../../domain/credentials/serviceType.js';
import { notFound } from '../../domain/errors.js';
import { createCredential } from '../../usecases/credentials/createCredential.js';
import { deleteCredential, restoreCredential } from '../../usecases/credentials/deleteCredential.js';
import { destroyCredential } from '../../usecases/credentials/destroyCredential.js';
import { getCredential } from '../../usecases/credentials/getCredential.js';
import { updateCredential } from '../../usecases/credentials/updateCredential.js';
import { requireActiveCaller } from '../../usecases/gate/authorize.js';
import {
  client,
  idempotencyKey,
  ifMatch,
  location,
  replayed as replayedHeader,
  revisionTag,
} from '../headers.js';
import { credentialChange, newCredential, onceOf } from '../inputs.js';
import { presentCredential, presentTemplate } from '../present/presenters.js';
import { presentTestOrNull } from '../present/presentTest.js';
import { Reply } from '../reply.js';
import { type Route, route, testsOf } from '../route.js';

const shared = { tag: 'Credentials', auth: 'token' } as const;
const one = { ...shared, path: '/api/credentials/{id}', params: credentialParams } as const;

/** `PUT` and `PATCH` do the same. */
const update = (method: 'put' | 'patch', id: string) =>
  route({
    ...one,
    method,
    id,
    summary: 'Update a credential',
    description: 'Omitted fields keep their value. New values become a new, active version.',
    errors: ['name_taken', 'test_failed', 'conflict'],
    headers: { ifMatch, client },
    body: bodies.updateCredentialBody,
    answer: savedCredential,
    answerHeaders: [revisionTag],
    handle: async (input) => {
      const { ports, call, params, body, headers } = input;
      const { credential, test } = await updateCredential(ports, call, params.id, credentialChange(body), {
        ...headers.ifMatch,
        ...testsOf(input),
        source: headers.client,
      });
      const answer = { ...presentCredential(credential), test: presentTestOrNull(test) };
      return new Reply(answer, { ETag: `"${credential.revision}"` });
    },
  });

/** Credentials: create to delete. */
export const credentialRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'post',
    path: '/api/credentials',
    id: 'createCredential',
    summary: 'Store a new credential',
    status: 201,
    errors: ['name_taken', 'test_failed'],
    headers: { idempotencyKey, client },
    body: bodies.createCredentialBody,
    answer: savedCredential,
    answerHeaders: [revisionTag, location, replayedHeader],
    handle: async (input) => {
      const { ports, call, body, headers } = input;
      const once = onceOf(headers.idempotencyKey, body);
      const options = { source: headers.client, ...testsOf(input), once };
      const { credential, replayed, test } = await createCredential(
        ports,
        call,
        newCredential(body),
        options,
      );
      return new Reply(
        { ...presentCredential(credential), test: presentTestOrNull(test) },
        {
          ETag: `"${credential.revision}"`,
          Location: `/api/credentials/${credential.id}`,
          ...(replayed && { 'Idempotent-Replayed': 'true' }),
        },
      );
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/credentials/templates',
    id: 'listTemplates',
    summary: 'List the forms of all services',
    answer: answers.templateList,
    handle: async ({ ports, call }) => {
      await requireActiveCaller(ports, call);
      return { items: connectors.map(presentTemplate) };
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/credentials/templates/{service_type}',
    id: 'getTemplate',
    summary: 'Get the form of a service',
    params: templateParams,
    answer: answers.templateAnswer,
    handle: async ({ ports, call, params }) => {
      await requireActiveCaller(ports, call);
      const type = parseServiceType(params.service_type);
      const connector = type === undefined ? undefined : connectorOf(type);
      if (connector === undefined) throw notFound('service type');
      return presentTemplate(connector);
    },
  }),
  route({
    ...one,
    method: 'get',
    id: 'getCredential',
    summary: 'Get metadata and settings of a credential',
    answer: answers.seenCredential,
    answerHeaders: [revisionTag],
    handle: async ({ ports, call, params }) => {
      const { credential, isOwner, level } = await getCredential(ports, call, params.id);
      const access = isOwner ? ('owner' as const) : level;
      return new Reply({ ...presentCredential(credential), access }, { ETag: `"${credential.revision}"` });
    },
  }),
  update('put', 'replaceCredential'),
  update('patch', 'updateCredential'),
  route({
    ...one,
    method: 'delete',
    id: 'deleteCredential',
    summary: 'Delete a credential; it can be restored for 30 days',
    headers: { ifMatch },
    answer: answers.credentialAnswer,
    handle: async ({ ports, call, params, headers }) =>
      presentCredential(await deleteCredential(ports, call, params.id, headers.ifMatch)),
  }),
  route({
    ...one,
    method: 'post',
    path: `${one.path}/restore`,
    id: 'restoreCredential',
    summary: 'Restore a deleted credential',
    errors: ['gone', 'name_taken'],
    answer: answers.credentialAnswer,
    handle: async ({ ports, call, params }) =>
      presentCredential(await restoreCredential(ports, call, params.id)),
  }),
  route({
    ...one,
    method: 'post',
    path: `${one.path}/destroy`,
    id: 'destroyCredential',
    summary: 'Destroy a deleted credential for good',
    status: 202,
    errors: ['conflict'],
    answer: answers.credentialAnswer,
    handle: async ({ ports, call, params }) =>
      presentCredential(await destroyCredential(ports, call, params.id)),
  }),
];
