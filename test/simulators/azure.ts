import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import { makeSelfSigned } from '../support/services/selfSigned.js';
import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/**
 * Entra ID, Resource Manager and Graph under their own names. States: `expired`, `disabled_app`, `blocked`, `no_role`,
 * `off` (a disabled subscription), `graph` (the application may read itself), `graph_down`, `slow_arm`,
 * `foreign_token`, `odd_number` (a refusal that nobody foresaw), `busy`, `contributor`, `late` (its clock is an hour ahead).
 */
export const azureApp = {
  tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47',
  client: '11111111-2222-4333-8444-555566667777',
  subscription: '99999999-8888-4777-8666-555544443333',
  secret: 'Ab18Q~lab-secret-of-tests_0123456789abcdef',
};
/** The certificate that the application knows, one that it does not, and one whose time is over. */
export const azureCertificate = makeSelfSigned({ kind: 'RSA' });
export const foreignCertificate = makeSelfSigned({ kind: 'RSA' });
export const endedCertificate = makeSelfSigned({ kind: 'RSA', until: '191231235959Z' });
export const azureHosts = ['login.microsoftonline.com', 'management.azure.com', 'graph.microsoft.com'];

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (aud: string) =>
  `${part({ alg: 'RS256' })}.${part({ aud, appid: azureApp.client, app_displayname: 'glassdome-broker' })}.c2ln`;
const entra = (status: number, number: string): SimulatedAnswer => ({
  status,
  body: {
    error: 'invalid_client',
    error_description: `AADSTS${number}: no. Trace ID: 1`,
    error_codes: [Number(number)],
  },
});

const ROLES: Readonly<Record<string, object>> = {
  contributor: { actions: ['*'], notActions: ['Microsoft.Authorization/*/Delete'] },
};

export async function startAzure(): Promise<Simulator> {
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  return simulator;
}

function answerOf({ state }: Simulator, request: SimulatedRequest): SimulatedAnswer {
  const host = request.headers.host;
  if (host === azureHosts[0]) return tokenAnswer(state, request);
  if (state === 'foreign_token')
    return { status: 401, body: { error: { code: 'InvalidAuthenticationTokenTenant', message: 'no' } } };
  if (request.headers.authorization !== `Bearer ${tokenOf(`https://${host}`)}`)
    return { status: 401, body: { error: { code: 'InvalidAuthenticationToken', message: 'no' } } };
  if (host === azureHosts[1]) return subscription(state, request.url);
  if (state !== 'graph') return { status: 403, body: { error: { code: 'Authorization_RequestDenied' } } };
  if (request.url.pathname !== `/v1.0/applications(appId='${azureApp.client}')`)
    return { status: 404, body: { error: { code: 'x' } } };
  return {
    status: 200,
    body: {
      id: 'o1',
      passwordCredentials: [
        { keyId: 'k1', hint: 'Ab1', endDateTime: '2031-01-01T00:00:00Z' },
        { keyId: 'k2', hint: 'Zz9', endDateTime: '2026-01-01T00:00:00Z' },
      ],
    },
  };
}

function tokenAnswer(state: string, { url, body }: SimulatedRequest): SimulatedAnswer {
  const form = new URLSearchParams(body);
  if (form.get('grant_type') !== 'client_credentials') return entra(400, '900144');
  if (url.pathname !== `/${azureApp.tenant}/oauth2/v2.0/token`) return entra(400, '90002');
  if (form.get('client_id') !== azureApp.client) return entra(400, '700016');
  if (state === 'odd_number') return entra(400, '50196');
  if (state === 'busy')
    return { status: 400, body: { error: 'temporarily_unavailable', error_description: 'AADSTS90033: no' } };
  if (state === 'graph_down' && String(form.get('scope')).includes('graph'))
    return { status: 500, body: 'no' };
  const wrong = form.has('client_assertion') ? assertionRefusal(state, form, url) : secretRefusal(form);
  if (wrong !== undefined) return entra(401, wrong);
  if (state === 'expired') return entra(401, '7000222');
  if (state === 'disabled_app') return entra(401, '7000112');
  if (state === 'blocked') return entra(400, '53003');
  const aud = String(form.get('scope')).replace(/\/\.default$/, '');
  return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: tokenOf(aud) } };
}

const secretRefusal = (form: URLSearchParams) =>
  form.get('client_secret') === azureApp.secret ? undefined : '7000215';

/** RFC 7523 as Entra ID wants it: PS256, and the certificate by its SHA-256. */
function assertionRefusal(state: string, form: URLSearchParams, url: URL): string | undefined {
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
    return '50027';
  const [head = '', body = '', signature = ''] = String(form.get('client_assertion')).split('.');
  const read = (text: string) =>
    JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
  const known = new X509Certificate(azureCertificate.cert);
  const thumbprint = createHash('sha256').update(known.raw).digest('base64url');
  const { alg, typ, 'x5t#S256': named } = read(head);
  if (alg !== 'PS256' || typ !== 'JWT' || named !== thumbprint) return '700027';
  const key = { key: known.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
    return '700027';
  const { iss, sub, aud, exp, nbf, jti } = read(body);
  const now = Date.now() / 1000 + (state === 'late' ? 3_600 : 0);
  if (Number(exp) < now || Number(nbf) > now + 300) return '700024';
  const address = `https://${azureHosts[0]}${url.pathname}`;
  return iss === azureApp.client && sub === iss && aud === address && typeof jti === 'string'
    ? undefined
    : '50027';
}

function subscription(state: string, url: URL): SimulatedAnswer {
  if (state === 'no_role')
    return { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } };
  if (state === 'slow_arm')
    return { status: 429, headers: { 'retry-after': '11' }, body: { error: { code: 'x' } } };
  const own = `/subscriptions/${azureApp.subscription}`;
  if (url.pathname === `${own}/providers/Microsoft.Authorization/permissions`)
    return { status: 200, body: { value: [ROLES[state] ?? { actions: ['*/read'], notActions: [] }] } };
  if (url.pathname !== own)
    return { status: 404, body: { error: { code: 'SubscriptionNotFound', message: 'no' } } };
  return {
    status: 200,
    body: {
      subscriptionId: azureApp.subscription,
      displayName: 'Lab',
      state: state === 'off' ? 'Disabled' : 'Enabled',
    },
  };
}
