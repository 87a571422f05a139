import * as shapes from '../../../api/lists/bulk.js';
import { bulkParams } from '../../../api/paths.js';
import { bulkItems, cancelBulk, getBulkJob, retryBulk } from '../../../usecases/bulk/bulkJobs.js';
import { countBulk, startBulk } from '../../../usecases/bulk/startBulk.js';
import { breakGlassReason, idempotencyKey, replayed as replayedHeader } from '../../headers.js';
import { bulkOrder, bulkSelection, filterOf, onceOf } from '../../inputs.js';
import { presentBulk, presentBulkItem } from '../../present/presentBulk.js';
import { Reply } from '../../reply.js';
import { paged, pageOf, type Route, route } from '../../route.js';

const shared = { tag: 'Credentials', auth: 'token' } as const;
const one = { ...shared, path: '/api/bulk/{id}', params: bulkParams } as const;

/** One act on many credentials, as a job of the worker. */
export const bulkRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'post',
    path: '/api/bulk',
    id: 'startBulk',
    summary: 'Do one act on many credentials',
    description:
      'The answer is a job; `GET /api/bulk/{id}` shows its results. Each item is decided and audited as the single call is.',
    status: 202,
    errors: ['rate_limited'],
    headers: { idempotencyKey, breakGlassReason },
    body: shapes.bulkBody,
    answer: shapes.bulkJob,
    answerHeaders: [replayedHeader],
    handle: async ({ ports, call, body, headers }) => {
      const { id, replayed } = await startBulk(ports, call, {
        order: bulkOrder(body),
        selection: bulkSelection(body),
        once: onceOf(headers.idempotencyKey, body),
      });
      const answer = presentBulk(await getBulkJob(ports, call, id));
      return new Reply(answer, replayed ? { 'Idempotent-Replayed': 'true' } : {});
    },
  }),
  route({
    ...shared,
    method: 'post',
    path: '/api/bulk/count',
    id: 'countBulk',
    summary: 'Count the credentials that a bulk job would cover',
    body: shapes.bulkCountBody,
    answer: shapes.bulkCount,
    handle: async ({ ports, call, body }) => ({ total: await countBulk(ports, call, filterOf(body.filter)) }),
  }),
  route({
    ...one,
    method: 'get',
    id: 'getBulk',
    summary: 'Get a bulk job and its results',
    query: shapes.bulkQuery,
    answer: shapes.bulkAnswer,
    handle: async ({ ports, call, params, query }) => {
      const seen = await getBulkJob(ports, call, params.id);
      const items = await bulkItems(ports, seen, pageOf(query), query.state);
      return { ...presentBulk(seen), ...paged(items, presentBulkItem) };
    },
  }),
  route({
    ...one,
    method: 'post',
    path: `${one.path}/cancel`,
    id: 'cancelBulk',
    summary: 'Cancel a bulk job; what is done stays',
    answer: shapes.bulkJob,
    handle: async ({ ports, call, params }) => presentBulk(await cancelBulk(ports, call, params.id)),
  }),
  route({
    ...one,
    method: 'post',
    path: `${one.path}/retry`,
    id: 'retryBulk',
    summary: 'Try the failed items of a bulk job again',
    errors: ['conflict'],
    headers: { breakGlassReason },
    answer: shapes.bulkJob,
    handle: async ({ ports, call, params }) => presentBulk(await retryBulk(ports, call, params.id)),
  }),
];
