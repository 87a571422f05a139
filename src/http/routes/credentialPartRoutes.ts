import * as answers from '../../api/answers.js';
import * as bodies from '../../api/credentials.js';
import { credentialParams } from '../../api/paths.js';
import { savedCredential } from '../../api/testAnswers.js';
import * as valueAnswers from '../../api/valueAnswers.js';
import { invalid } from '../../domain/errors.js';
import { rotateCredential } from '../../usecases/credentials/rotateCredential.js';
import { listUsage, reportUsage } from '../../usecases/credentials/usage.js';
import { activateVersion, listVersions } from '../../usecases/credentials/versions.js';
import { readCredential } from '../../usecases/reading/readCredential.js';
import { listGrants, replaceGrants } from '../../usecases/sharing/grants.js';
import { breakGlassReason, idempotencyKey, ifNoneMatch, rateLimit, usedBy, versionTag } from '../headers.js';
import { camelKeys, grantsOf, onceOf, rotation } from '../inputs.js';
import { presentCredential, presentGrant, presentUsage, presentVersion } from '../present/presenters.js';
import { presentTest } from '../present/presentTest.js';
import { presentSecret } from '../present/presentValues.js';
import { NotModified, Reply } from '../reply.js';
import { json, pageOf, parse, type Route, route, testsOf } from '../route.js';

const one = '/api/credentials/{id}';

/** One credential: values, versions, usage, grants. */
export const credentialPartRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: `${one}/secret`,
    summary: 'All fields with their values',
    params: credentialParams,
    headers: { ifNoneMatch, breakGlassReason, usedBy },
    answer: valueAnswers.secretAnswer,
    answerHeaders: [versionTag, rateLimit],
    auth: 'token',
    reveals: true,
    handle: async ({ ports, call, params, headers }) => {
      const { credential, version, values } = await readCredential(
        ports,
        call,
        params.id,
        headers.ifNoneMatch,
      );
      const tag = { ETag: `"v${version}"` };
      if (values === null) return new NotModified(tag);
      return new Reply(presentSecret(credential, version, values), tag);
    },
  }),
  {
    method: 'post',
    path: `${one}/rotate`,
    summary: 'Guided rotation: the new value, unless the service refuses it, becomes the active version',
    answer: savedCredential,
    auth: 'token',
    headers: { key: idempotencyKey },
    body: bodies.rotateCredentialBody,
    handle: async (context) => {
      const { ports, call, param, request, response } = context;
      const key = idempotencyKey.read(request.get('idempotency-key')).idempotencyKey;
      const body = parse(bodies.rotateCredentialBody, request.body);
      const options = { ...testsOf(context), once: onceOf(key, body) };
      const { credential, test } = await rotateCredential(ports, call, param('id'), rotation(body), options);
      json(response, { ...presentCredential(credential), test: presentTest(test) });
    },
  },
  {
    method: 'get',
    path: `${one}/rotations`,
    summary: 'Past rotations',
    answer: answers.versionList,
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
    answer: answers.versionList,
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
    answer: answers.credentialAnswer,
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
    summary: 'List who got the values, and what consumers reported',
    answer: answers.usagePage,
    auth: 'token',
    query: bodies.pageQuery,
    handle: async ({ ports, call, param, request, response }) => {
      const page = await listUsage(ports, call, param('id'), pageOf(parse(bodies.pageQuery, request.query)));
      json(response, { items: page.items.map(presentUsage), next_cursor: page.nextCursor ?? null });
    },
  },
  {
    method: 'post',
    path: `${one}/usage`,
    summary: 'Report whether the value worked',
    auth: 'token',
    body: bodies.usageBody,
    status: 204,
    handle: async ({ ports, call, param, request, response }) => {
      await reportUsage(ports, call, param('id'), camelKeys(parse(bodies.usageBody, request.body)));
      response.status(204).end();
    },
  },
  {
    method: 'get',
    path: `${one}/grants`,
    summary: 'Who else may do what',
    answer: answers.grantsAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, { grants: (await listGrants(ports, call, param('id'))).map(presentGrant) }),
  },
  {
    method: 'put',
    path: `${one}/grants`,
    summary: 'Replace all grants',
    answer: answers.grantsAnswer,
    auth: 'token',
    body: bodies.grantsBody,
    handle: async ({ ports, call, param, request, response }) => {
      const asked = grantsOf(parse(bodies.grantsBody, request.body));
      const grants = await replaceGrants(ports, call, param('id'), asked);
      json(response, { grants: grants.map(presentGrant) });
    },
  },
];
