import * as answers from '../../api/answers.js';
import * as bodies from '../../api/credentials.js';
import { credentialParams, versionParams } from '../../api/paths.js';
import { savedCredential } from '../../api/tests.js';
import { secretAnswer } from '../../api/valueAnswers.js';
import { rotateCredential } from '../../usecases/credentials/rotateCredential.js';
import { listUsage, reportUsage } from '../../usecases/credentials/usage.js';
import { activateVersion, listVersions } from '../../usecases/credentials/versions.js';
import { readCredential } from '../../usecases/reading/readCredential.js';
import { listGrants, replaceGrants } from '../../usecases/sharing/grants.js';
import { breakGlassReason, idempotencyKey, ifNoneMatch, rateLimit, usedBy, versionTag } from '../headers.js';
import { camelKeys, grantsOf, onceOf, rotation } from '../inputs.js';
import { presentCredential, presentGrant, presentUsage, presentVersion } from '../present/presenters.js';
import { presentTestOrNull } from '../present/presentTest.js';
import { presentSecret } from '../present/presentValues.js';
import { NotModified, Reply } from '../reply.js';
import { paged, pageOf, type Route, route, testsOf } from '../route.js';

const one = '/api/credentials/{id}';
const shared = { tag: 'Credentials', auth: 'token', params: credentialParams } as const;

/** One credential: values, versions, usage, grants. */
export const credentialPartRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'get',
    path: `${one}/secret`,
    id: 'readSecret',
    tag: 'Values',
    summary: 'Read all fields with their values',
    description: 'The answer is sent only after its audit row is stored.',
    reveals: true,
    errors: ['reason_required', 'gone', 'conflict', 'integrity_error', 'bad_store_answer'],
    headers: { ifNoneMatch, breakGlassReason, usedBy },
    answer: secretAnswer,
    answerHeaders: [versionTag, rateLimit],
    handle: async ({ ports, call, params, headers }) => {
      const found = await readCredential(ports, call, params.id, headers.ifNoneMatch);
      const { credential, version, values } = found;
      const tag = { ETag: `"v${version}"` };
      if (values === null) return new NotModified(tag);
      return new Reply(presentSecret(credential, version, values), tag);
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: `${one}/rotate`,
    id: 'rotateCredential',
    summary: 'Rotate a credential: store and activate the new values unless the service refuses them',
    errors: ['test_failed', 'conflict'],
    headers: { idempotencyKey },
    body: bodies.rotateCredentialBody,
    answer: savedCredential,
    handle: async (input) => {
      const { ports, call, params, body, headers } = input;
      const options = { ...testsOf(input), once: onceOf(headers.idempotencyKey, body) };
      const { credential, test } = await rotateCredential(ports, call, params.id, rotation(body), options);
      return { ...presentCredential(credential), test: presentTestOrNull(test) };
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: `${one}/rotations`,
    id: 'listRotations',
    summary: 'List past rotations',
    answer: answers.versionList,
    handle: async ({ ports, call, params }) => {
      const { credential, versions } = await listVersions(ports, call, params.id);
      const rotations = versions.filter((v) => v.source === 'rotation');
      return { items: rotations.map((v) => presentVersion(v, credential.activeVersion)) };
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: `${one}/versions`,
    id: 'listVersions',
    summary: 'List the versions of a credential',
    answer: answers.versionList,
    handle: async ({ ports, call, params }) => {
      const { credential, versions } = await listVersions(ports, call, params.id);
      return { items: versions.map((v) => presentVersion(v, credential.activeVersion)) };
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: `${one}/versions/{n}/activate`,
    id: 'activateVersion',
    summary: 'Activate another version',
    errors: ['gone', 'conflict'],
    params: versionParams,
    body: bodies.activateVersionBody,
    answer: answers.credentialAnswer,
    handle: async ({ ports, call, params, body }) =>
      presentCredential(await activateVersion(ports, call, params.id, params.n, body)),
  }),
  route({
    ...shared,
    method: 'get',
    path: `${one}/usage`,
    id: 'listUsage',
    summary: 'List who received the values, and what consumers reported',
    query: bodies.pageQuery,
    answer: answers.usagePage,
    handle: async ({ ports, call, params, query }) =>
      paged(await listUsage(ports, call, params.id, pageOf(query)), presentUsage),
  }),
  route({
    ...shared,
    method: 'post',
    path: `${one}/usage`,
    id: 'reportUsage',
    summary: 'Report whether the value worked',
    body: bodies.usageBody,
    handle: ({ ports, call, params, body }) => reportUsage(ports, call, params.id, camelKeys(body)),
  }),
  route({
    ...shared,
    method: 'get',
    path: `${one}/grants`,
    id: 'listGrants',
    tag: 'Sharing',
    summary: 'List grants',
    answer: answers.grantsAnswer,
    handle: async ({ ports, call, params }) => ({
      grants: (await listGrants(ports, call, params.id)).map(presentGrant),
    }),
  }),
  route({
    ...shared,
    method: 'put',
    path: `${one}/grants`,
    id: 'replaceGrants',
    tag: 'Sharing',
    summary: 'Replace all grants',
    errors: ['reason_required'],
    headers: { breakGlassReason },
    body: bodies.grantsBody,
    answer: answers.grantsAnswer,
    handle: async ({ ports, call, params, body }) => ({
      grants: (await replaceGrants(ports, call, params.id, grantsOf(body))).map(presentGrant),
    }),
  }),
];
