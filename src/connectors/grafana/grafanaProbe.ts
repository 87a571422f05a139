import type { FieldValues } from '../../domain/credentials/fields.js';
import type { OutboundAnswer, Probe, TlsChoice } from '../../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict, type TestWarning } from '../../domain/testing/testResult.js';
import {
  baseUrl,
  headerSafe,
  isObject,
  jsonList,
  jsonObject,
  maybeJson,
  needed,
  notAllowed,
  notThisService,
  setting,
} from '../common/probing.js';
import { bestEffort, unproven } from '../common/proof.js';
import { asStranger, isOpen, madeUp } from '../common/stranger.js';
import { tlsOf } from '../common/tlsFields.js';
import { type Voice, verdict } from '../common/voice.js';

const NAME = 'Grafana';

interface Server {
  probe: Probe;
  url: URL;
  tls: TlsChoice;
  headers: Readonly<Record<string, string>>;
}

const get = ({ probe, url, tls, headers }: Server, path: string): Promise<OutboundAnswer> =>
  probe.send({ method: 'GET', url: new URL(path, url), headers, tls });

/** Requests the health without the credential, then its permissions and, if the server shows it, its owner. */
export async function testGrafana(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = baseUrl(needed(values, 'base_url'));
  const tls = tlsOf(values);
  const authorization = authorizationOf(values);
  const stranger: Server = { probe, url, tls, headers: {} };
  const version = await versionOf(stranger);
  if (await opens(stranger, authorization)) return OPEN;
  const organization = setting(values, 'org_id');
  const server: Server = {
    probe,
    url,
    tls,
    headers: { authorization, ...(organization !== undefined && { 'x-grafana-org-id': organization }) },
  };
  const granted = await provenRights(server);
  const { login, account } = (await bestEffort(() => userOf(server))) ?? {};
  const place = await bestEffort(() => nameOf(server));
  const identity = [login ?? setting(values, 'username') ?? 'service account', place ?? '']
    .filter((part) => part !== '')
    .join(' in ');
  const id = setting(values, 'token_id');
  const expiresAt = account === undefined ? undefined : await bestEffort(() => endOf(server, account, id));
  return {
    code: 'ok',
    advice: `Signed in to ${NAME} as ${identity.replace(/\.$/, '')}.`,
    identity,
    ...(version === '' ? {} : { version }),
    permissions: (granted ?? []).slice(0, 200).map((action) => serviceText(action, 80)),
    warnings: [...rightsWarnings(granted)],
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function authorizationOf(values: FieldValues): string {
  if (setting(values, 'auth_method') === 'basic') {
    const pair = `${needed(values, 'username')}:${needed(values, 'password')}`;
    return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  }
  const token = needed(values, 'token');
  if (token.startsWith('glc_'))
    throw ended(
      'misconfigured',
      'This is an access policy token of Grafana Cloud, another product; create a service account token (glsa_…).',
    );
  return `Bearer ${headerSafe(token, 'token')}`;
}

/**
 * Public, so it proves the product before the token is sent; the version may be hidden. Empty where a gateway refuses
 * strangers.
 */
async function versionOf(server: Server): Promise<string> {
  const answer = await asStranger({ voice: VOICE, url: server.url, accepts: [503] }, () =>
    get(server, 'api/health'),
  );
  if (answer === undefined) return '';
  if (answer.status === 503 && !answer.body.includes('database'))
    throw ended('service_error', `${NAME} failed (HTTP 503); check the service, then test again.`);
  const health = jsonObject(answer, NAME);
  if (typeof health['database'] !== 'string') throw notThisService(NAME);
  return serviceText(health['version'], 40);
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The server, or a proxy in front of it, allows anonymous access, so the test proves nothing; disable anonymous access there.',
};

/** Strangers may look where anonymous access is on; a credential that nobody has is refused even then. */
async function opens(server: Server, authorization: string): Promise<boolean> {
  const pair = Buffer.from(`${madeUp()}:${madeUp()}`).toString('base64');
  const made = authorization.startsWith('Basic ') ? `Basic ${pair}` : `Bearer ${madeUp('glsa_')}`;
  return isOpen({
    voice: VOICE,
    url: server.url,
    bare: async () => (await proofOf(server)).proof,
    decoy: async () => (await proofOf({ ...server, headers: { authorization: made } })).proof,
    isAnswer: (answer) => maybeJson(answer) !== undefined,
  });
}

/**
 * The call that proves the credential. Servers before 9 don't know that of the permissions: there the organization is
 * asked for, which they refuse to a credential that they don't know, and to others with 403.
 */
async function proofOf(server: Server): Promise<{ proof: OutboundAnswer; old: boolean }> {
  const answer = await get(server, 'api/access-control/user/permissions');
  const old = answer.status === 404;
  return { proof: old ? await get(server, 'api/org') : answer, old };
}

/** The permissions of the credential; undefined if the server does not show them. */
async function provenRights(server: Server): Promise<string[] | undefined> {
  const { proof, old } = await proofOf(server);
  const wrong = verdict(proof, VOICE);
  const known = old && wrong?.code === 'insufficient_permission';
  if (wrong !== undefined && !known) throw ended(wrong.code, wrong.advice, wrong);
  const told = jsonObject(proof, NAME);
  return old ? undefined : Object.keys(told);
}

/** Errors of today have a `messageId` or the id of a refused access; older ones have texts that no other program has. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    if (answer.status < 400) return undefined;
    const error = maybeJson(answer);
    const [why, text] = [serviceText(error?.['messageId'], 80), serviceText(error?.['message'], 300)];
    if (why === 'api-key.expired' || /^expired api key$/i.test(text)) return EXPIRED;
    if (why === 'api-key.organization-mismatch') return ELSEWHERE;
    if (error !== undefined && 'accessErrorId' in error) return notAllowed(NAME);
    if (/^permission denied$|^you'll need additional permissions/i.test(text)) return notAllowed(NAME);
    return why !== '' || /^invalid (api key|username or password)$/i.test(text) ? 'own' : undefined;
  },
};

const EXPIRED: TestVerdict = {
  code: 'expired',
  advice: 'The token has expired; add a new one to the service account.',
};
const ELSEWHERE: TestVerdict = {
  code: 'invalid_credential',
  advice: 'The token belongs to another organization; correct org_id or create a token there.',
};

/** Older servers answer 404 to a good token: then nothing is known but that it works. */
async function userOf(server: Server): Promise<{ login?: string; account?: string }> {
  const answer = await get(server, 'api/user');
  if (answer.status !== 200) return {};
  const user = jsonObject(answer, NAME);
  const account = /^service-account:(\d{1,18})$/.exec(String(user['uid']))?.[1];
  const login = serviceText(user['login'], 80);
  return { ...(login === '' ? {} : { login }), ...(account === undefined ? {} : { account }) };
}

/** Name of the organization; empty where it may not be seen. */
async function nameOf(server: Server): Promise<string> {
  const answer = await get(server, 'api/org');
  return answer.status === 200 ? serviceText(jsonObject(answer, NAME)['name'], 80) : '';
}

/** Null: it never expires. Undefined: not shown, or it is not clear which token is ours. */
async function endOf(
  server: Server,
  account: string,
  id: string | undefined,
): Promise<Date | null | undefined> {
  const answer = await get(server, `api/serviceaccounts/${account}/tokens`);
  if (answer.status !== 200) return undefined;
  const tokens = jsonList(answer, NAME).filter(isObject);
  const [own, ...others] = id === undefined ? tokens : tokens.filter((token) => String(token['id']) === id);
  if (own === undefined || others.length > 0) return undefined;
  const end = own['expiration'];
  if (end === null) return null;
  const at = new Date(typeof end === 'string' ? end : Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function rightsWarnings(granted: readonly string[] | undefined): TestWarning[] {
  if (granted === undefined) return [unproven('its permissions')];
  if (granted.length === 0) {
    const text = 'It can log in but has no permissions: give the service account a role or permissions.';
    return [{ code: 'no_acl', text }];
  }
  const strong = ['users:write', 'orgs:write', 'server:usagestats.report:read', 'settings:write'];
  if (!granted.some((action) => strong.includes(action))) return [];
  const text =
    'It can administer users or the whole server; the role Editor or Viewer is enough for dashboards.';
  return [{ code: 'over_privileged', text }];
}
