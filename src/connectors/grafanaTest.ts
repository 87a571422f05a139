import type { FieldValues } from '../domain/fields.js';
import type { OutboundAnswer, Probe, TlsChoice } from '../domain/outbound.js';
import { ended, type Finding, foreignText, type TestWarning } from '../domain/testResult.js';
import {
  baseUrl,
  headerSafe,
  isObject,
  jsonList,
  jsonObject,
  needed,
  notThisService,
  setting,
  strangersFinding,
  usualFinding,
} from './probing.js';
import { bestEffort, unproven } from './proof.js';
import { tlsOf } from './tlsFields.js';

const NAME = 'Grafana';

interface Server {
  probe: Probe;
  url: URL;
  tls: TlsChoice;
  headers: Readonly<Record<string, string>>;
}

const get = ({ probe, url, tls, headers }: Server, path: string): Promise<OutboundAnswer> =>
  probe.send({ method: 'GET', url: new URL(path, url), headers, tls });

/** Asks for health without the credential, then for what it may do and, where the server tells, whose it is. */
export async function testGrafana(values: FieldValues, probe: Probe): Promise<Finding> {
  const url = baseUrl(needed(values, 'base_url'));
  const tls = tlsOf(values);
  const authorization = authorizationOf(values);
  const version = await versionOf({ probe, url, tls, headers: {} });
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
    advice: `Signed in to ${NAME} as ${identity}.`,
    identity,
    ...(version === '' ? {} : { version }),
    permissions: (granted ?? []).slice(0, 200).map((action) => foreignText(action, 80)),
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
      'This is an access-policy token of Grafana Cloud, another product; make a service-account token (glsa_…).',
    );
  return `Bearer ${headerSafe(token, 'token')}`;
}

/** Public, so it proves the product before the token is sent; the version may be hidden. */
async function versionOf(server: Server): Promise<string> {
  const answer = await get(server, 'api/health');
  const wrong = strangersFinding(answer, NAME);
  if (wrong !== undefined && answer.status !== 503) throw ended(wrong.code, wrong.advice, wrong);
  if (answer.status === 503 && !answer.body.includes('database'))
    throw ended('service_error', `${NAME} failed by itself (HTTP 503); look there, then test again.`);
  const health = jsonObject(answer, NAME);
  if (typeof health['database'] !== 'string') throw notThisService(NAME);
  return foreignText(health['version'], 40);
}

/**
 * What the credential may do; undefined where the server does not tell. Servers before 9 don't know that call: there
 * the organization is asked for, which they refuse to a credential that they don't know, and to others with 403.
 */
async function provenRights(server: Server): Promise<string[] | undefined> {
  const answer = await get(server, 'api/access-control/user/permissions');
  const old = answer.status === 404;
  const proof = old ? await get(server, 'api/org') : answer;
  const wrong = old && proof.status === 403 ? undefined : refusal(proof);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const told = jsonObject(proof, NAME);
  return old ? undefined : Object.keys(told);
}

function refusal(answer: OutboundAnswer): Finding | undefined {
  const why = answer.status === 401 ? messageId(answer) : '';
  if (why === 'api-key.expired')
    return { code: 'expired', advice: 'The token’s time is over; add a new one to the service account.' };
  if (why === 'api-key.organization-mismatch')
    return {
      code: 'invalid_credential',
      advice: 'The token belongs to another organization; correct org_id or make a token there.',
    };
  return usualFinding(answer, NAME);
}

function messageId(answer: OutboundAnswer): string {
  return foreignText(jsonObject(answer, NAME)['messageId'], 80);
}

/** Older servers answer 404 to a good token: then nothing is known but that it works. */
async function userOf(server: Server): Promise<{ login?: string; account?: string }> {
  const answer = await get(server, 'api/user');
  if (answer.status !== 200) return {};
  const user = jsonObject(answer, NAME);
  const account = /^service-account:(\d{1,18})$/.exec(String(user['uid']))?.[1];
  const login = foreignText(user['login'], 80);
  return { ...(login === '' ? {} : { login }), ...(account === undefined ? {} : { account }) };
}

/** Name of the organization; empty where it may not be seen. */
async function nameOf(server: Server): Promise<string> {
  const answer = await get(server, 'api/org');
  return answer.status === 200 ? foreignText(jsonObject(answer, NAME)['name'], 80) : '';
}

/** Null: it never ends. Undefined: not told, or not clear which token ours is. */
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
  if (granted === undefined) return [unproven('what it may do')];
  if (granted.length === 0) {
    const text = 'It signs in and may do nothing: give the service account a role or permissions of its own.';
    return [{ code: 'no_acl', text }];
  }
  const strong = ['users:write', 'orgs:write', 'server:usagestats.report:read', 'settings:write'];
  if (!granted.some((action) => strong.includes(action))) return [];
  const text =
    'It may administer users or the whole server; the role Editor or Viewer is enough for dashboards.';
  return [{ code: 'over_privileged', text }];
}
