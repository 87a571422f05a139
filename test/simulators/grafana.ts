import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/**
 * Grafana as far as signing in goes, below the sub path /grafana. States: `expired`, `revoked`, `mismatch`, `no_right`,
 * `old` (before there were permissions to ask for), `old_closed` (and no organization may be seen), `gone` (neither is
 * there), `empty`, `half` (fails after the permissions), `viewer` (may not see tokens), `admin`, `hidden` (strangers get no
 * version), `anonymous` (strangers may look), `open` (a proxy signs everybody in).
 */
export const grafanaToken = 'glsa_Zx8Qw2Er5Ty7Ui9Op1As3Df6Gh4Jk0Lz_1a2B3c4D';
export const grafanaUser = { name: 'broker', password: 'Correct-Horse-9' };

export async function startGrafana(): Promise<Simulator> {
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  return simulator;
}

const json = (body: object, status = 200): SimulatedAnswer => ({ status, body });
const refused = (messageId: string, message: string) =>
  json({ messageId, message, statusCode: 401, traceID: '' }, 401);

function answerOf(simulator: Simulator, request: SimulatedRequest): SimulatedAnswer {
  const path = request.url.pathname.replace(/^\/grafana\//, '/');
  const { state } = simulator;
  if (path === '/api/health')
    return json({ database: 'ok', ...(state === 'hidden' ? {} : { version: '12.1.0', commit: 'abc' }) });
  const wrong = signedIn(simulator, request);
  if (wrong !== undefined) return wrong;
  if (path === '/api/access-control/user/permissions') return permissions(state);
  if (state === 'half') return json({ message: 'Internal server error' }, 500);
  if (path === '/api/org' && state === 'gone') return json({ message: 'Not found' }, 404);
  if (path === '/api/org' && state === 'old_closed') return DENIED;
  if (path === '/api/org') return json({ id: 1, name: 'Main Org.' });
  if (path === '/api/user')
    return state.startsWith('old')
      ? json({ message: 'user not found' }, 404)
      : json({ id: 0, uid: 'service-account:4', login: 'sa-1-broker', name: 'broker', orgId: 1 });
  if (path === '/api/serviceaccounts/4/tokens') return state === 'viewer' ? DENIED : json(TOKENS);
  return json({ message: 'Not found' }, 404);
}

const token = (id: number, name: string, expiration: string | null) => ({
  id,
  name,
  created: '2026-01-01T00:00:00Z',
  lastUsedAt: null,
  expiration,
  secondsUntilExpiration: 0,
  hasExpired: false,
  isRevoked: false,
});
const TOKENS = [token(7, 'broker', '2031-01-01T00:00:00Z'), token(8, 'other', null)];

const DENIED = json(
  {
    accessErrorId: 'ACE1646206561',
    message: "You'll need additional permissions to perform this action. Permissions needed: orgs:read",
    title: 'Access denied',
  },
  403,
);

function permissions(state: string): SimulatedAnswer {
  if (state.startsWith('old') || state === 'gone') return json({ message: 'Not found' }, 404);
  if (state === 'no_right') return DENIED;
  if (state === 'empty') return json({});
  const some = { 'dashboards:read': ['dashboards:*'], 'datasources:query': ['datasources:*'] };
  return json(state === 'admin' ? { ...some, 'users:write': ['global.users:*'] } : some);
}

function signedIn({ state }: Simulator, { headers }: SimulatedRequest): SimulatedAnswer | undefined {
  if (state === 'open') return undefined;
  const anonymous = state === 'anonymous' && headers.authorization === undefined;
  if (anonymous) return undefined;
  const [scheme = '', value = ''] = (headers.authorization ?? '').split(' ');
  if (scheme === 'Basic') {
    const pair = Buffer.from(value, 'base64').toString('utf8');
    if (pair === `${grafanaUser.name}:${grafanaUser.password}`) return undefined;
    return refused('password-auth.failed', 'Invalid username or password');
  }
  if (scheme !== 'Bearer') return refused('session.token-missing', 'Unauthorized');
  if (value !== grafanaToken) return refused('api-key.invalid', 'Invalid API key');
  if (state === 'expired') return refused('api-key.expired', 'Expired API key');
  if (state === 'revoked') return refused('api-key.revoked', 'Revoked API key');
  if (state === 'mismatch' || (headers['x-grafana-org-id'] ?? '1') !== '1')
    return refused('api-key.organization-mismatch', 'API key does not belong to the requested organization');
  return undefined;
}
