import {
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from '../support/services/simulator.js';

/**
 * Proxmox VE 8 and 9 as far as signing in goes: token and ticket, privilege separation, the reason phrases of both
 * generations. States: `old_phrases` (before pve-manager 9.1.5), `expired`, `no_acl`, `administrator`, `tfa`, `never_ends`, `ends_soon`,
 * `half` (signs in, and then fails by itself), `open` (a proxy signs everybody in), `second_token` (has a second token, as
 * in the middle of a rotation).
 */
export const proxmoxToken = {
  user: 'broker@pve',
  name: 'glassdome',
  secret: '0f1e2d3c-4b5a-4968-8776-655443322110',
  password: 'Correct-Horse-7',
  second: { name: 'gd-2', secret: '7a6b5c4d-3e2f-4a1b-9c8d-001122334455' },
};

/** `expire` of the token, in the states in which it may look at itself. */
const ENDS: Readonly<Record<string, number>> = {
  administrator: 1_924_992_000,
  never_ends: 0,
  ends_soon: Math.floor(Date.now() / 1000) + 3 * 86_400,
};

export async function startProxmox(): Promise<Simulator> {
  const simulator = await startSimulator({ answer: (request) => answerOf(simulator, request) });
  return simulator;
}

const json = (data: unknown): SimulatedAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json;charset=UTF-8' },
  body: JSON.stringify({ data }),
});

const refused = (statusText: string, status = 401): SimulatedAnswer => ({
  status,
  statusText,
  body: { data: null },
});

function answerOf(simulator: Simulator, request: SimulatedRequest): SimulatedAnswer {
  const path = request.url.pathname.replace(/^\/api2\/json\//, '');
  if (path === 'access/ticket' && request.method === 'POST') return ticket(simulator, request);
  const wrong = signedIn(simulator, request);
  if (wrong !== undefined) return wrong;
  if (path === 'version') return json({ version: '9.1.6', release: '9.1', repoid: 'abcdef12' });
  if (simulator.state === 'half')
    return path === 'access/permissions'
      ? { status: 595, statusText: 'No route to host', body: '' }
      : { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };
  if (path === 'access/permissions') return json(rightsOf(simulator.state));
  if (path === `access/users/${encodeURIComponent(proxmoxToken.user)}/token/${proxmoxToken.name}`)
    return simulator.state in ENDS
      ? json({ expire: ENDS[simulator.state], privsep: 1 })
      : refused('Permission check failed (/access/groups, User.Modify)', 403);
  return refused(`Method 'GET /${path}' not implemented`, 501);
}

function rightsOf(state: string): Record<string, Record<string, number>> {
  if (state === 'no_acl') return {};
  const some = { 'VM.Audit': 1, 'VM.PowerMgmt': 1 };
  return { '/': state === 'administrator' ? { ...some, 'Permissions.Modify': 1, 'Sys.Modify': 1 } : some };
}

function ticket(simulator: Simulator, request: SimulatedRequest): SimulatedAnswer {
  const form = new URLSearchParams(request.body);
  const right = form.get('username') === proxmoxToken.user && form.get('password') === proxmoxToken.password;
  if (!right) return refused('authentication failure');
  const partial = simulator.state === 'tfa' ? { NeedTFA: 1 } : {};
  return json({
    username: proxmoxToken.user,
    ticket: 'PVE:broker@pve:69A0::c2lnbg==',
    CSRFPreventionToken: '69A0:x',
    ...partial,
  });
}

function signedIn(simulator: Simulator, { headers }: SimulatedRequest): SimulatedAnswer | undefined {
  if (simulator.state === 'open') return undefined;
  const old = simulator.state === 'old_phrases';
  const cookie = /PVEAuthCookie=([^;]+)/.exec(headers.cookie ?? '')?.[1];
  if (cookie !== undefined)
    return decodeURIComponent(cookie) === 'PVE:broker@pve:69A0::c2lnbg=='
      ? undefined
      : refused('invalid PVE ticket');
  const token = /^PVEAPIToken=([^!=]+)!([^=]+)=(.+)$/.exec(headers.authorization ?? '');
  if (token === null) return refused('No ticket');
  const [, user, name, secret] = token;
  const { second } = proxmoxToken;
  const known = new Map([[proxmoxToken.name, proxmoxToken.secret]]);
  if (simulator.state === 'second_token') known.set(second.name, second.secret);
  if (user !== proxmoxToken.user || name === undefined || !known.has(name))
    return refused(old ? `no such token '${name}' for user '${user}'` : 'Authentication failed!');
  if (secret !== known.get(name)) return refused(old ? 'invalid token value!' : 'Authentication failed!');
  if (simulator.state === 'expired') return refused(`token '${name}' access expired`);
  if (simulator.state === 'no_right') return refused('Permission check failed (/, Sys.Audit)', 403);
  return undefined;
}
