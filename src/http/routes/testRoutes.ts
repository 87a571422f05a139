import { pageQuery } from '../../api/credentials.js';
import { credentialParams } from '../../api/paths.js';
import * as shapes from '../../api/tests.js';
import { given } from '../../domain/given.js';
import { credentialHealth } from '../../usecases/testing/credentialHealth.js';
import { fetchCertificate } from '../../usecases/testing/fetchCertificate.js';
import { listTests, testCredential } from '../../usecases/testing/testCredential.js';
import { testUnsaved } from '../../usecases/testing/testUnsaved.js';
import { acceptsEvents } from '../headers.js';
import { camelKeys } from '../inputs.js';
import {
  presentFetched,
  presentHealth,
  presentStoredTest,
  presentTest,
  presentTestRun,
} from '../present/presentTest.js';
import { paged, pageOf, type Route, route } from '../route.js';
import { watched } from '../watchedTest.js';

const shared = { tag: 'Tests', auth: 'token' } as const;
const live = {
  description:
    'With `Accept: text/event-stream` the answer is a stream: `step` events with `step` and `state` (`running`, `ok`, ' +
    '`failed`, `skipped`) as the steps end, then `result` with the JSON answer, or `problem` with the problem document. ' +
    'The test ends when you close the connection.',
  headers: { live: acceptsEvents },
  alsoAnswers: ['text/event-stream'],
} as const;

/** Tests against the real services. A test that fails is an answer, not an error. */
export const testRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'post',
    path: '/api/credentials/test',
    id: 'testValues',
    summary: 'Test values without storing them',
    ...live,
    tests: true,
    body: shapes.testUnsavedBody,
    answer: shapes.testAnswer,
    handle: ({ ports, call, body, headers }) =>
      watched({ ports, call }, headers.live, async (watch) =>
        presentTest(await testUnsaved(ports, call, camelKeys(body), watch)),
      ),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/credentials/{id}/test',
    id: 'testCredential',
    summary: 'Test a stored version, by default the active one',
    ...live,
    tests: true,
    stored: true,
    errors: ['gone', 'conflict'],
    params: credentialParams,
    body: shapes.testStoredBody,
    answer: shapes.storedTestAnswer,
    handle: ({ ports, call, params, body: { version }, headers }) =>
      watched({ ports, call }, headers.live, async (watch) =>
        presentStoredTest(await testCredential(ports, call, params.id, given({ version, watch }))),
      ),
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/tls/fetch',
    id: 'fetchCertificate',
    summary: 'Fetch the certificate of a host, to compare and pin it',
    description: 'No request is sent to the host.',
    tests: true,
    body: shapes.fetchCertificateBody,
    answer: shapes.fetchedCertificate,
    handle: async ({ ports, call, body }) => presentFetched(await fetchCertificate(ports, call, body)),
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/credentials/{id}/health',
    id: 'getHealth',
    summary: 'Get health, uptime over 24 hours, 7 and 30 days, and the last tests',
    params: credentialParams,
    answer: shapes.healthAnswer,
    handle: async ({ ports, call, params }) => presentHealth(await credentialHealth(ports, call, params.id)),
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/credentials/{id}/tests',
    id: 'listTests',
    summary: 'List the tests of a credential, newest first',
    params: credentialParams,
    query: pageQuery,
    answer: shapes.testRunPage,
    handle: async ({ ports, call, params, query }) =>
      paged(await listTests(ports, call, params.id, pageOf(query)), presentTestRun),
  }),
];
