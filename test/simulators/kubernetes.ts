import { makeSelfSigned } from '../support/services/selfSigned.js';
import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

const claims = {
  sub: 'system:serviceaccount:lab:glassdome',
  exp: 1_924_992_000,
  iss: 'https://kubernetes.default.svc',
};
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenWith = (own: object) =>
  `${part({ alg: 'RS256', kid: 'k1' })}.${part(own)}.c2lnbmF0dXJlLW9mLXRlc3Rz`;
export const kubernetesToken = tokenWith(claims);
/** One of the older kind, which never ends, and one whose time is over. */
export const legacyToken = tokenWith({ sub: claims.sub, iss: 'kubernetes/serviceaccount' });
export const endedToken = tokenWith({ ...claims, exp: 1_577_836_800 });
export const kubernetesClient = makeSelfSigned();

/**
 * kube-apiserver as far as reviews go. States: `old` (before SelfSubjectReview), `closed` (no version for strangers),
 * `open` (strangers may do everything), `no_rights`, `admin`, `no_review` (an authorizer that allows no review),
 * `proxied` (kubectl proxy, which drops what we send), `half` (says who we are, then fails).
 */
export async function startKubernetes(strict = false): Promise<Simulator> {
  const simulator = await startSimulator({
    answer: (request, known) => answerOf(simulator, request, known),
    clientCa: kubernetesClient.cert,
    strict,
  });
  return simulator;
}

const status = (code: number, reason: string, message: string): SimulatedAnswer => ({
  status: code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code },
});

function answerOf({ state }: Simulator, request: SimulatedRequest, known: boolean): SimulatedAnswer {
  const { url, headers, method } = request;
  const user = state === 'proxied' ? 'kubernetes-admin' : userOf(headers.authorization, known);
  if (user === undefined) return status(401, 'Unauthorized', 'Unauthorized');
  if (url.pathname === '/version')
    return user === 'system:anonymous' && state === 'closed'
      ? status(403, 'Forbidden', 'forbidden: User "system:anonymous" cannot get path "/version"')
      : { status: 200, body: { major: '1', minor: '34', gitVersion: 'v1.34.2' } };
  const forbidden = status(
    403,
    'Forbidden',
    `forbidden: User "${user}" cannot create resource at the cluster scope`,
  );
  if (method !== 'POST') return status(404, 'NotFound', 'not found');
  if (user === 'system:anonymous' && state !== 'open') return forbidden;
  if (url.pathname === '/apis/authentication.k8s.io/v1/selfsubjectreviews' && state !== 'old')
    return state === 'no_review'
      ? forbidden
      : { status: 201, body: { status: { userInfo: { username: user } } } };
  if (url.pathname === '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews')
    return state === 'half'
      ? status(500, 'InternalError', 'etcdserver: request timed out')
      : state === 'no_review'
        ? forbidden
        : { status: 201, body: { status: { resourceRules: rules(state) } } };
  return status(404, 'NotFound', 'the server could not find the requested resource');
}

function rules(state: string): object[] {
  const own = {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
  };
  const everybodys = {
    verbs: ['get', 'list', 'watch'],
    apiGroups: ['certificates.k8s.io'],
    resources: ['clustertrustbundles'],
  };
  if (state === 'no_rights') return [own, everybodys];
  if (state === 'admin') return [own, { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }];
  return [own, { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }];
}

/** Undefined: refused. Nobody in particular is anonymous; a certificate of a stranger counts as none. */
function userOf(authorization: string | undefined, known: boolean): string | undefined {
  if (authorization === undefined) return known ? 'broker test' : 'system:anonymous';
  return [kubernetesToken, legacyToken].some((token) => authorization === `Bearer ${token}`)
    ? claims.sub
    : undefined;
}
