import { makeSelfSigned } from '../support/services/selfSigned.js';
import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/** The certificate that a daemon knows, and two that it does not. */
export const dockerClient = makeSelfSigned();
export const foreignClient = makeSelfSigned();
export const endedClient = makeSelfSigned({ until: '191231235959Z' });

/** A daemon with --tlsverify (or, not strictly, a gateway that leaves certificates to HTTP), and beside it one in the clear. States: `worker`, `no_swarm`, `forbidden` (by a plug-in). */
export async function startDocker({ strictly = true } = {}): Promise<Simulator & { openPort: number }> {
  const strict = await startSimulator({
    answer: (request) => answerOf(strict, request),
    clientCa: dockerClient.cert,
    strict: strictly,
  });
  const open = await startSimulator({ answer: (request) => answerOf(strict, request), plain: true });
  return Object.assign(strict, { openPort: open.port, close: closeBoth(strict, open) });
}

function closeBoth(one: Simulator, other: Simulator): () => Promise<void> {
  const close = one.close.bind(one);
  return async () => {
    await close();
    await other.close();
  };
}

function answerOf({ state }: Simulator, { url }: SimulatedRequest): SimulatedAnswer {
  if (url.pathname === '/_ping')
    return { status: 200, headers: { 'api-version': '1.47', 'content-type': 'text/plain' }, body: 'OK' };
  if (state === 'forbidden') return { status: 403, body: { message: 'authorization denied by plugin' } };
  if (url.pathname !== '/info') return { status: 404, body: { message: 'page not found' } };
  const swarm =
    state === 'no_swarm'
      ? { LocalNodeState: 'inactive', ControlAvailable: false }
      : {
          LocalNodeState: 'active',
          ControlAvailable: state !== 'worker',
          NodeID: 'n1',
          Managers: 1,
          Nodes: 2,
        };
  return { status: 200, body: { ID: 'i1', Name: 'swarm01', ServerVersion: '27.3.1', Swarm: swarm } };
}
