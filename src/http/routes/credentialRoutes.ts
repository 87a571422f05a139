import * as answers from '../../api/answers.js';
import * as bodies from '../../api/credentials.js';
import { savedCredential } from '../../api/testAnswers.js';
import * as valueAnswers from '../../api/valueAnswers.js';
import { connectorOf, templates } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import { parseServiceType } from '../../domain/credentials/serviceType.js';
import { notFound } from '../../domain/errors.js';
import { createCredential } from '../../usecases/credentials/createCredential.js';
import { deleteCredential, restoreCredential } from '../../usecases/credentials/deleteCredential.js';
import { destroyCredential } from '../../usecases/credentials/destroyCredential.js';
import { getCredential } from '../../usecases/credentials/getCredential.js';
import { labelsOf, listCredentials } from '../../usecases/credentials/listCredentials.js';
import { updateCredential } from '../../usecases/credentials/updateCredential.js';
import { requireActiveCaller } from '../../usecases/gate/authorize.js';
import { readEnvironment } from '../../usecases/reading/readEnvironment.js';
import { resolveCredentials } from '../../usecases/reading/resolveCredentials.js';
import { client, idempotencyKey, ifMatch, location, replayed, revisionTag } from '../headers.js';
import { camelKeys, credentialChange, listOf, newCredential, onceOf } from '../inputs.js';
import { presentCredential } from '../present/presenters.js';
import { presentTest } from '../present/presentTest.js';
import { presentEnvironment, presentResolved } from '../present/presentValues.js';
import { json, type OldContext, parse, type Route, secretJson, testsOf } from '../route.js';

const one = '/api/credentials/{id}';

const update = async (context: OldContext): Promise<void> => {
  const { ports, call, param, request, response } = context;
  const body = parse(bodies.updateCredentialBody, request.body);
  const { credential, test } = await updateCredential(ports, call, param('id'), credentialChange(body), {
    ...ifMatch.read(request.get('if-match')),
    ...testsOf(context),
    source: sourceOf(request.get('x-client')),
  });
  response.set('ETag', `"${credential.revision}"`);
  json(response, { ...presentCredential(credential), test: presentTest(test) });
};

const sourceOf = (client: string | undefined) => (client === 'cli' ? ('cli' as const) : ('api' as const));

/** The call with what its own input says of the purpose; that wins over the header. */
function calledFor(
  call: CallContext,
  input: { used_by?: string | undefined; purpose?: string | undefined },
): CallContext {
  return {
    ...call,
    ...(input.used_by && { usedBy: input.used_by }),
    ...(input.purpose && { purpose: input.purpose }),
  };
}

/** Credentials: create to delete. */
export const credentialRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/credentials',
    summary: 'Store a new credential',
    answer: savedCredential,
    auth: 'token',
    headers: { idempotencyKey, client },
    answerHeaders: [revisionTag, location, replayed],
    body: bodies.createCredentialBody,
    status: 201,
    handle: async (context) => {
      const { ports, call, request, response } = context;
      const body = parse(bodies.createCredentialBody, request.body);
      const key = idempotencyKey.read(request.get('idempotency-key')).idempotencyKey;
      const options = {
        source: sourceOf(request.get('x-client')),
        ...testsOf(context),
        once: onceOf(key, body),
      };
      const { credential, replayed, test } = await createCredential(
        ports,
        call,
        newCredential(body),
        options,
      );
      response.set({ ETag: `"${credential.revision}"`, Location: `/api/credentials/${credential.id}` });
      if (replayed) response.set('Idempotent-Replayed', 'true');
      json(response, { ...presentCredential(credential), test: presentTest(test) }, 201);
    },
  },
  {
    method: 'get',
    path: '/api/credentials',
    summary: 'List what you may see',
    answer: answers.credentialPage,
    auth: 'token',
    query: bodies.listCredentialsQuery,
    handle: async ({ ports, call, request, response }) => {
      const query = parse(bodies.listCredentialsQuery, request.query);
      const page = await listCredentials(ports, call, ...listOf(query));
      const items = page.items.map((item) => ({
        ...presentCredential(item.credential),
        access: item.isOwner ? 'owner' : item.level,
        last_used_at: item.lastUsedAt,
        offered: item.offered,
      }));
      json(response, { items, next_cursor: page.nextCursor ?? null });
    },
  },
  {
    method: 'get',
    path: '/api/credentials/templates',
    summary: 'All forms',
    answer: answers.templateList,
    auth: 'token',
    handle: async ({ ports, call, response }) => {
      await requireActiveCaller(ports, call);
      json(response, { items: templates() });
    },
  },
  {
    method: 'get',
    path: '/api/credentials/templates/{service_type}',
    summary: 'The form of one service',
    answer: answers.templateAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, response }) => {
      await requireActiveCaller(ports, call);
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
    answer: valueAnswers.resolveAnswer,
    auth: 'token',
    reveals: true,
    body: bodies.resolveBody,
    handle: async ({ ports, call, request, response }) => {
      const body = parse(bodies.resolveBody, request.body);
      const who = calledFor(call, body);
      const items = await resolveCredentials(ports, who, body.items.map(camelKeys));
      secretJson(response, { items: items.map((item) => presentResolved(item, body.shape)) });
    },
  },
  {
    method: 'get',
    path: '/api/environment',
    summary: 'Read the variables of all credentials that you own or accepted, or that your teams share',
    answer: valueAnswers.environmentAnswer,
    auth: 'token',
    reveals: true,
    query: bodies.environmentQuery,
    handle: async ({ ports, call, request, response }) => {
      const { label = [], aliases, values, ...query } = parse(bodies.environmentQuery, request.query);
      const options = { labels: labelsOf(label), aliases, values };
      secretJson(response, presentEnvironment(await readEnvironment(ports, calledFor(call, query), options)));
    },
  },
  {
    method: 'get',
    path: one,
    summary: 'Metadata and settings',
    answer: answers.seenCredential,
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
    answer: savedCredential,
    auth: 'token',
    body: bodies.updateCredentialBody,
    handle: update,
  },
  {
    method: 'patch',
    path: one,
    summary: 'Change; what is not named stays',
    answer: savedCredential,
    auth: 'token',
    body: bodies.updateCredentialBody,
    handle: update,
  },
  {
    method: 'delete',
    path: one,
    summary: 'Delete; can be restored for 30 days',
    answer: answers.credentialAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, request, response }) =>
      json(
        response,
        presentCredential(
          await deleteCredential(ports, call, param('id'), ifMatch.read(request.get('if-match'))),
        ),
      ),
  },
  {
    method: 'post',
    path: `${one}/restore`,
    summary: 'Bring a deleted one back',
    answer: answers.credentialAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, presentCredential(await restoreCredential(ports, call, param('id')))),
  },
  {
    method: 'post',
    path: `${one}/destroy`,
    summary: 'Remove a deleted one for good',
    answer: answers.credentialAnswer,
    auth: 'token',
    status: 202,
    handle: async ({ ports, call, param, response }) =>
      json(response, presentCredential(await destroyCredential(ports, call, param('id'))), 202),
  },
];
