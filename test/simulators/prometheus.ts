import { makeSelfSigned } from '../support/services/selfSigned.js';
import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

export const prometheusClient = makeSelfSigned();

/** Prometheus below /prom, and beside it one that wants a client certificate. States: `open`, `no_buildinfo` (as Mimir), `forbidden` (a proxy says no), `no_right` and `no_tenant` (as Mimir). */
export const prometheusUser = {
  username: 'broker',
  password: 'Correct-Horse-11',
  token: 'proxy-token-0123456789',
};

export async function startPrometheus(): Promise<Simulator & { mutualUrl: string }> {
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  const mutual = await startSimulator({
    answer: ({ url }) => served(url, ''),
    clientCa: prometheusClient.cert,
    strict: true,
  });
  const closeFirst = simulator.close.bind(simulator);
  const close = async () => {
    await closeFirst();
    await mutual.close();
  };
  return Object.assign(simulator, { mutualUrl: `${mutual.url}/prom`, close });
}

const success = (data: object): SimulatedAnswer => ({ status: 200, body: { status: 'success', data } });

function answerOf({ state }: Simulator, { url, headers }: SimulatedRequest): SimulatedAnswer {
  const { username, password, token } = prometheusUser;
  const good = [`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`, `Bearer ${token}`];
  if (state !== 'open' && !good.includes(headers.authorization ?? ''))
    return { status: 401, headers: { 'www-authenticate': 'Basic' }, body: 'Unauthorized\n' };
  if (state === 'no_right')
    return { status: 403, body: { status: 'error', error: 'missing permission metrics:read' } };
  if (state === 'no_tenant') return { status: 401, body: 'no org id\n' };
  if (state === 'forbidden') return { status: 403, body: 'Forbidden' };
  return served(url, state);
}

function served(url: URL, state: string): SimulatedAnswer {
  if (url.pathname === '/prom/api/v1/status/buildinfo' && state !== 'no_buildinfo')
    return success({ version: '3.5.0', revision: 'abc', branch: 'HEAD' });
  if (url.pathname === '/prom/api/v1/query') return success({ resultType: 'vector', result: [] });
  return { status: 404, body: '404 page not found' };
}
