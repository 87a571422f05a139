import * as bodies from '../../api/credentials.js';
import * as answers from '../../api/testAnswers.js';
import { credentialHealth } from '../../usecases/testing/credentialHealth.js';
import { fetchCertificate } from '../../usecases/testing/fetchCertificate.js';
import { listTests, testCredential } from '../../usecases/testing/testCredential.js';
import { testUnsaved } from '../../usecases/testing/testUnsaved.js';
import { camelKeys } from '../inputs.js';
import {
  presentFetched,
  presentHealth,
  presentStoredTest,
  presentTest,
  presentTestRun,
} from '../present/presentTest.js';
import { json, pageOf, parse, type Route } from '../route.js';

/** Tests against the real services. A test that fails is an answer, not an error. */
export const testRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/credentials/test',
    summary: 'Prove values without storing them',
    answer: answers.testAnswer,
    auth: 'token',
    tests: true,
    body: bodies.testUnsavedBody,
    handle: async ({ ports, call, request, response }) =>
      json(
        response,
        presentTest(await testUnsaved(ports, call, camelKeys(parse(bodies.testUnsavedBody, request.body)))),
      ),
  },
  {
    method: 'post',
    path: '/api/credentials/{id}/test',
    summary: 'Prove the stored value, of the active version or the one that is named',
    answer: answers.storedTestAnswer,
    auth: 'token',
    tests: true,
    stored: true,
    body: bodies.testStoredBody,
    handle: async ({ ports, call, param, request, response }) => {
      const { version } = parse(bodies.testStoredBody, request.body);
      const options = version === undefined ? {} : { version };
      json(response, presentStoredTest(await testCredential(ports, call, param('id'), options)));
    },
  },
  {
    method: 'post',
    path: '/api/tls/fetch',
    summary: 'The certificate that a host shows, to compare and pin; no request is sent to it',
    answer: answers.fetchedCertificate,
    auth: 'token',
    tests: true,
    body: bodies.fetchCertificateBody,
    handle: async ({ ports, call, request, response }) => {
      const address = parse(bodies.fetchCertificateBody, request.body);
      json(response, presentFetched(await fetchCertificate(ports, call, address)));
    },
  },
  {
    method: 'get',
    path: '/api/credentials/{id}/health',
    summary: 'Health now, uptime over 24 hours, 7 and 30 days, and the last tests',
    answer: answers.healthAnswer,
    auth: 'token',
    handle: async ({ ports, call, param, response }) =>
      json(response, presentHealth(await credentialHealth(ports, call, param('id')))),
  },
  {
    method: 'get',
    path: '/api/credentials/{id}/tests',
    summary: 'What tests found, newest first',
    answer: answers.testRunPage,
    auth: 'token',
    query: bodies.pageQuery,
    handle: async ({ ports, call, param, request, response }) => {
      const page = await listTests(ports, call, param('id'), pageOf(parse(bodies.pageQuery, request.query)));
      json(response, { items: page.items.map(presentTestRun), next_cursor: page.nextCursor ?? null });
    },
  },
];
