import {
  consumerList,
  credentialPage,
  credentialSummary,
  listCredentialsQuery,
} from '../../../api/lists/credentialList.js';
import { credentialParams } from '../../../api/paths.js';
import { listCredentials, summarizeCredentials } from '../../../usecases/credentials/listCredentials.js';
import { listConsumers } from '../../../usecases/credentials/usage.js';
import { listOf } from '../../inputs.js';
import { presentConsumers, presentListed, presentSummary } from '../../present/presentList.js';
import { paged, type Route, route } from '../../route.js';

const shared = { tag: 'Credentials', auth: 'token', method: 'get' } as const;

/** What people see of many credentials, and who uses one of them. They come before the rows with an ID in their path. */
export const listRoutes: readonly Route[] = [
  route({
    ...shared,
    path: '/api/credentials',
    id: 'listCredentials',
    summary: 'List the credentials that you may see',
    query: listCredentialsQuery,
    answer: credentialPage,
    handle: async ({ ports, call, query }) =>
      paged(await listCredentials(ports, call, ...listOf(query)), presentListed),
  }),
  route({
    ...shared,
    path: '/api/credentials/summary',
    id: 'summarizeCredentials',
    summary: 'Count the credentials that you may see, by service and health',
    description: 'It also names those that expire soon and those that need attention.',
    answer: credentialSummary,
    handle: async ({ ports, call }) => presentSummary(await summarizeCredentials(ports, call)),
  }),
  route({
    ...shared,
    path: '/api/credentials/{id}/usage/consumers',
    id: 'listConsumers',
    summary: 'List who used a credential in the last 30 days',
    params: credentialParams,
    answer: consumerList,
    handle: async ({ ports, call, params }) => presentConsumers(await listConsumers(ports, call, params.id)),
  }),
];
