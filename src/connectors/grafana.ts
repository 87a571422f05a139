import type { FieldValues } from '../domain/fields.js';
import type { OutboundAnswer, Probe, TlsChoice } from '../domain/outbound.js';
import type { Connector } from '../domain/template.js';
import { ended, type Finding, foreignText, type TestWarning } from '../domain/testResult.js';
import { basicName, each, matching, oneWord, rulesOf } from './fieldRules.js';
import {
  baseUrl,
  headerSafe,
  isObject,
  jsonList,
  jsonObject,
  needed,
  notThisService,
  setting,
  usualFinding,
} from './probing.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsOf, tlsRules, tlsWarnings } from './tlsFields.js';

/** Grafana: a service-account token (preferred) or a user with a password. */
export const grafana: Connector = {
  serviceType: 'grafana',
  template: {
    service_type: 'grafana',
    title: 'Grafana',
    docs_url: 'https://grafana.com/docs/grafana/latest/administration/service-accounts/',
    required_fields: [
      { name: 'base_url', type: 'text', label: 'Address, with its sub path' },
      {
        name: 'auth_method',
        type: 'select',
        label: 'Authentication',
        options: ['service_account_token', 'basic'],
      },
    ],
    conditional_fields: {
      'auth_method=service_account_token': [{ name: 'token', type: 'password', label: 'Token' }],
      'auth_method=basic': [
        { name: 'username', type: 'text', label: 'Username' },
        { name: 'password', type: 'password', label: 'Password' },
      ],
    },
    optional_fields: [
      { name: 'org_id', type: 'integer', label: 'Organization ID' },
      {
        name: 'token_id',
        type: 'integer',
        label: 'ID of the token',
        help: 'Tells its end when the account has several tokens.',
      },
      ...brokerTlsFields,
    ],
  },
  destinationFields: ['base_url', ...brokerTlsDestinationFields],
  rules: rulesOf({
    ...tlsRules,
    token: each(
      oneWord,
      matching(
        /^(?!glc_)/,
        'must be a token of a service account (glsa_…); glc_ is one of Grafana Cloud’s access policies',
      ),
    ),
    username: basicName,
  }),
  envNames: {
    GRAFANA_URL: 'base_url',
    GRAFANA_TOKEN: 'token',
    GRAFANA_USER: 'username',
    GRAFANA_PASSWORD: 'password',
    GRAFANA_ORG_ID: 'org_id',
  },
  envAliases: { GRAFANA_API_KEY: 'GRAFANA_TOKEN', GRAFANA_USERNAME: 'GRAFANA_USER' },
  test: testGrafana,
  guide: {
    create: [
      'Administration → Users and access → Service accounts: add an account with the role that its work needs.',
      'Add a token to it, with an end, and copy it; it is shown once.',
    ],
    permissions: 'None for the proof itself; serviceaccounts:read on the account shows when its token ends.',
    test: 'Asks for health without the token, then for the effective permissions, the organization and the token’s end.',
  },
};

const NAME = 'Grafana';

interface Server {
  probe: Probe;
  url: URL;
  tls: TlsChoice;
  headers: Readonly<Record<string, string>>;
}

const get = ({ probe, url, tls, headers }: Server, path: string): Promise<OutboundAnswer> =>
  probe.send({ method: 'GET', url: new URL(path, url), headers, tls });

async function testGrafana(values: FieldValues, probe: Probe): Promise<Finding> {
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
  const answer = await get(server, 'api/access-control/user/permissions');
  const wrong = refusal(answer);
  if (wrong !== undefined) return wrong;
  const granted = answer.status === 404 ? [] : Object.keys(jsonObject(answer, NAME));
  const { login, account } = await userOf(server);
  const identity = [login ?? setting(values, 'username') ?? 'service account', await organizationOf(server)]
    .filter((part) => part !== '')
    .join(' in ');
  const expiresAt =
    account === undefined ? undefined : await endOf(server, account, setting(values, 'token_id'));
  return {
    code: 'ok',
    advice: `Signed in to ${NAME} as ${identity}.`,
    identity,
    ...(version === '' ? {} : { version }),
    permissions: granted.slice(0, 200).map((action) => foreignText(action, 80)),
    warnings: [...tlsWarnings(url, tls), ...rightsWarnings(granted)],
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
  const wrong = usualFinding(answer, NAME);
  if (wrong !== undefined && answer.status !== 503) throw ended(wrong.code, wrong.advice, wrong);
  if (answer.status === 503 && !answer.body.includes('database'))
    throw ended('service_error', `${NAME} failed by itself (HTTP 503); look there, then test again.`);
  const health = jsonObject(answer, NAME);
  if (typeof health['database'] !== 'string') throw notThisService(NAME);
  return foreignText(health['version'], 40);
}

function refusal(answer: OutboundAnswer): Finding | undefined {
  // Servers before 9 don't know this call, and then the next ones prove the credential.
  if (answer.status === 404) return undefined;
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

/** Proves the credential where the permissions could not be asked for. */
async function organizationOf(server: Server): Promise<string> {
  const answer = await get(server, 'api/org');
  if (answer.status === 401)
    throw ended('invalid_credential', `${NAME} refuses this credential; make a new one.`);
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

function rightsWarnings(granted: readonly string[]): TestWarning[] {
  const strong = ['users:write', 'orgs:write', 'server:usagestats.report:read', 'settings:write'];
  if (!granted.some((action) => strong.includes(action))) return [];
  const text =
    'It may administer users or the whole server; the role Editor or Viewer is enough for dashboards.';
  return [{ code: 'over_privileged', text }];
}
