import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/** Some service with a key in a header. States: `open`, `forbidden`, `teapot`. */
export const otherKey = 'key-of-tests-0123456789';

export async function startOther(): Promise<Simulator> {
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  return simulator;
}

function answerOf({ state }: Simulator, { url, headers, method }: SimulatedRequest): SimulatedAnswer {
  if (url.pathname !== '/v2/account' || url.searchParams.get('full') !== '1') return { status: 404 };
  const basic = `Basic ${Buffer.from(`anna:${otherKey}`).toString('base64')}`;
  const known = headers['x-api-key'] === otherKey || headers.authorization === basic;
  if (state !== 'open' && !known) return { status: 401 };
  if (headers['x-kind'] !== 'lab' || method !== 'GET') return { status: 400 };
  if (state === 'forbidden') return { status: 403, body: { message: 'missing scope account:read' } };
  return state === 'teapot' ? { status: 218 } : { status: 200, body: { account: 'lab' } };
}
