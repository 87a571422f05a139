import { generateKeyPairSync, verify } from 'node:crypto';
import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEY_ID = '0123456789abcdef0123456789abcdef01234567';
const EMAIL = 'broker@lab-project.iam.gserviceaccount.com';
const TOKEN = 'ya29.token-of-tests-0123456789';

/** The key file as Google gives it out; `more` replaces members. */
export function googleKeyFile(more: object = {}): string {
  return JSON.stringify({
    type: 'service_account',
    project_id: 'lab-project',
    private_key_id: KEY_ID,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: EMAIL,
    client_id: '1',
    token_uri: 'https://oauth2.googleapis.com/token',
    ...more,
  });
}

/** Another key of the right form. */
export const otherGoogleKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

export const googleHosts = [
  'oauth2.googleapis.com',
  'cloudresourcemanager.googleapis.com',
  'iam.googleapis.com',
];

/** Token endpoint, Resource Manager and IAM. States: `disabled`, `scope`, `late`, `no_role`, `keys`, `endless`,
 * `owner`, `api_off`, `flaky` (everything but the token fails), `bad_request`. */
export async function startGoogle(): Promise<Simulator> {
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  return simulator;
}

function answerOf({ state }: Simulator, request: SimulatedRequest): SimulatedAnswer {
  const { host, authorization } = request.headers;
  if (host === googleHosts[0]) return tokenAnswer(state, request);
  if (authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { error: { code: 401 } } };
  if (state === 'flaky') return host === googleHosts[1] ? { status: 429 } : { status: 503, body: 'no' };
  if (request.url.pathname.endsWith(':testIamPermissions')) return ownRights(state, request);
  if (state === 'api_off' && host === googleHosts[1]) return API_OFF;
  const denied = { status: 403, body: { error: { code: 403, status: 'PERMISSION_DENIED' } } };
  if (host === googleHosts[1])
    return state === 'no_role'
      ? denied
      : { status: 200, body: { projectId: 'lab-project', lifecycleState: 'ACTIVE' } };
  if (state !== 'keys' && state !== 'endless') return denied;
  const validBeforeTime = state === 'endless' ? '9999-12-31T23:59:59Z' : '2031-01-01T00:00:00Z';
  return {
    status: 200,
    body: {
      keys: [{ name: `projects/lab-project/serviceAccounts/${EMAIL}/keys/${KEY_ID}`, validBeforeTime }],
    },
  };
}

/** Asked for by anybody, of himself. */
function ownRights(state: string, { method, body }: SimulatedRequest): SimulatedAnswer {
  if (method !== 'POST') return { status: 404, body: { error: { code: 404 } } };
  const { permissions } = JSON.parse(body) as { permissions: string[] };
  return { status: 200, body: state === 'owner' ? { permissions } : {} };
}

const API_OFF: SimulatedAnswer = {
  status: 403,
  body: {
    error: {
      code: 403,
      status: 'PERMISSION_DENIED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'SERVICE_DISABLED' }],
    },
  },
};

function tokenAnswer(state: string, { body }: SimulatedRequest): SimulatedAnswer {
  const refused = (error: string, text: string, status = 400) => ({
    status,
    body: { error, error_description: text },
  });
  const form = new URLSearchParams(body);
  const [head = '', payload = '', signature = ''] = String(form.get('assertion')).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
  const now = Date.now() / 1000 + (state === 'late' ? 7_200 : 0);
  if (claims['iss'] !== EMAIL) return refused('invalid_grant', 'Invalid grant: account not found');
  if (
    Number(claims['exp']) < now ||
    Number(claims['iat']) > now + 60 ||
    Number(claims['exp']) - Number(claims['iat']) > 3_600
  )
    return refused(
      'invalid_grant',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
    );
  const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as Record<string, unknown>;
  const good = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  if (!good || kid !== KEY_ID || alg !== 'RS256' || claims['aud'] !== 'https://oauth2.googleapis.com/token')
    return refused('invalid_grant', 'Invalid JWT Signature.');
  if (state === 'disabled') return refused('disabled_client', 'The OAuth client was disabled.', 401);
  if (state === 'bad_request') return refused('invalid_client', 'The OAuth client was not found.', 401);
  if (state === 'scope') return refused('unauthorized_client', 'Client is unauthorized', 401);
  return { status: 200, body: { access_token: TOKEN, expires_in: 3599, token_type: 'Bearer' } };
}
