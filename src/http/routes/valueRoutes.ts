import { environmentQuery, resolveBody } from '../../api/reading.js';
import { environmentAnswer, resolveAnswer } from '../../api/valueAnswers.js';
import type { CallContext } from '../../domain/access/caller.js';
import { labelsOf } from '../../usecases/credentials/listCredentials.js';
import { readEnvironment } from '../../usecases/reading/readEnvironment.js';
import { resolveCredentials } from '../../usecases/reading/resolveCredentials.js';
import { rateLimit, usedBy } from '../headers.js';
import { camelKeys } from '../inputs.js';
import { presentEnvironment, presentResolved } from '../present/presentValues.js';
import { type Route, route } from '../route.js';

const shared = {
  tag: 'Values',
  auth: 'token',
  reveals: true,
  headers: { usedBy },
  answerHeaders: [rateLimit],
} as const;

/** Values of many credentials in one call. */
export const valueRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'post',
    path: '/api/credentials/resolve',
    id: 'resolveCredentials',
    summary: 'Read many values at once',
    description: 'Each item has its own result: an item that fails does not affect the others.',
    body: resolveBody,
    answer: resolveAnswer,
    handle: async ({ ports, call, body }) => {
      const items = await resolveCredentials(ports, calledFor(call, body), body.items.map(camelKeys));
      return { items: items.map((item) => presentResolved(item, body.shape)) };
    },
  }),
  route({
    ...shared,
    method: 'get',
    path: '/api/environment',
    id: 'readEnvironment',
    summary: 'Read the variables of all credentials that you own or accepted, or that your teams share',
    query: environmentQuery,
    answer: environmentAnswer,
    handle: async ({ ports, call, query: { label = [], aliases, values, ...who } }) => {
      const options = { labels: labelsOf(label), aliases, values };
      return presentEnvironment(await readEnvironment(ports, calledFor(call, who), options));
    },
  }),
];

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
