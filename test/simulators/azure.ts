import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/simulator.js';

/**
 * Entra ID, Resource Manager and Graph under their own names. States: `expired`, `disabled_app`, `blocked`, `no_role`,
 * `off` (a disabled subscription), `graph` (the application may read itself), `slow_arm`.
 */
export const azureApp = {
  tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47',
  client: '11111111-2222-4333-8444-555566667777',
  subscription: '99999999-8888-4777-8666-555544443333',
  secret: 'Ab18Q~lab-secret-of-tests_0123456789abcdef',
};
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

export async function startAzure(): Promise<Simulator> {
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  return simulator;
}

function answerOf({ state }: Simulator, request: SimulatedRequest): SimulatedAnswer {
  const host = request.headers.host;
  if (host === azureHosts[0]) return tokenAnswer(state, request);
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
  if (form.get('client_secret') !== azureApp.secret) return entra(401, '7000215');
  if (state === 'expired') return entra(401, '7000222');
  if (state === 'disabled_app') return entra(401, '7000112');
  if (state === 'blocked') return entra(400, '53003');
  const aud = String(form.get('scope')).replace(/\/\.default$/, '');
  return { status: 200, body: { token_type: 'Bearer', expires_in: 3599, access_token: tokenOf(aud) } };
}

function subscription(state: string, url: URL): SimulatedAnswer {
  if (state === 'no_role')
    return { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } };
  if (state === 'slow_arm')
    return { status: 429, headers: { 'retry-after': '11' }, body: { error: { code: 'x' } } };
  if (url.pathname !== `/subscriptions/${azureApp.subscription}`)
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
