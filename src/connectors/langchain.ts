import type { FieldValues } from '../domain/credentials/fields.js';
import type { Connector } from '../domain/services/connector.js';
import type { OutboundAnswer, Probe, TlsChoice } from '../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict, type TestWarning } from '../domain/testing/testResult.js';
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
  saysNotAllowed,
  setting,
} from './common/probing.js';
import { asStranger, isOpen, madeUp } from './common/stranger.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsOf, tlsRules } from './common/tlsFields.js';
import { type Voice, verdict } from './common/voice.js';
import { each, guid, matching, oneWord, rulesOf } from './fieldRules.js';

const US = 'https://api.smith.langchain.com';

/** LangSmith, the service behind LangChain: a service key or a personal one. */
export const langchain: Connector = {
  serviceType: 'langchain',
  shortName: 'LangSmith',
  template: {
    service_type: 'langchain',
    title: 'LangChain (LangSmith)',
    docs_url: 'https://docs.langchain.com/langsmith/create-account-api-key',
    required_fields: [{ name: 'api_key', type: 'password', label: 'API key' }],
    optional_fields: [
      {
        name: 'endpoint_url',
        type: 'text',
        label: 'Endpoint',
        default: US,
        help: 'https://eu.api.smith.langchain.com in the EU; the address of a self-hosted server ends in /api.',
      },
      {
        name: 'workspace_id',
        type: 'text',
        label: 'Workspace ID',
        help: 'For organization-wide keys.',
      },
      { name: 'organization_id', type: 'text', label: 'Organization ID' },
      { name: 'project', type: 'text', label: 'Tracing project' },
      ...brokerTlsFields,
    ],
    secret_guards: [
      { pattern: '\\b(lsv2_(pt|sk)|ls_)_', rule: 'must not contain a secret; put it in api_key' },
    ],
  },
  destinationFields: ['endpoint_url', ...brokerTlsDestinationFields],
  steersNothing: ['workspace_id', 'organization_id', 'project'],
  rules: rulesOf({
    ...tlsRules,
    api_key: each(
      oneWord,
      matching(
        /^(?!ls__)/,
        'must be a current key (lsv2_…); keys that begin with ls__ stopped working in October 2024',
      ),
    ),
    workspace_id: guid,
    organization_id: guid,
  }),
  envNames: {
    LANGSMITH_API_KEY: 'api_key',
    LANGSMITH_ENDPOINT: 'endpoint_url',
    LANGSMITH_PROJECT: 'project',
    LANGSMITH_WORKSPACE_ID: 'workspace_id',
  },
  envAliases: {
    LANGCHAIN_API_KEY: 'LANGSMITH_API_KEY',
    LANGCHAIN_ENDPOINT: 'LANGSMITH_ENDPOINT',
    LANGCHAIN_PROJECT: 'LANGSMITH_PROJECT',
  },
  test: testLangchain,
  guide: {
    create: [
      'smith.langchain.com → Settings → API keys: create a service key for the workspace; it is shown once.',
      'An expiry date can be set on creation only.',
    ],
    permissions: 'None besides the key itself; a role that can only write traces is enough.',
    test: 'Requests the product information without the key, then the workspaces that the key can access.',
  },
};

const NAME = 'LangSmith';

async function testLangchain(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = baseUrl(setting(values, 'endpoint_url') ?? US);
  const tls = tlsOf(values);
  const headers = headersOf(values);
  const version = await versionOf(probe, url, tls);
  const list = (some: Record<string, string>) =>
    probe.send({ method: 'GET', url: api(url, 'workspaces'), headers: some, tls });
  const decoy = () => list({ 'x-api-key': madeUp('lsv2_pt_') });
  const question = { voice: VOICE, url, bare: () => list({}), decoy, isAnswer: isList };
  if (setting(values, 'endpoint_url') !== undefined && (await isOpen(question))) return OPEN;
  const answer = await list(headers);
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) return wrong;
  const spaces = jsonList(answer, NAME).filter(isObject);
  const [first] = spaces;
  if (first === undefined) return NOTHING_SEEN;
  const named = spaces
    .slice(0, 5)
    .map((space) => serviceText(space['display_name'], 60) || serviceText(space['id'], 40));
  return {
    code: 'ok',
    advice: `${NAME} accepts the key; it can access ${spaces.length === 1 ? 'one workspace' : `${spaces.length} workspaces`}.`,
    identity: named.join(', '),
    ...(version === '' ? {} : { version }),
    permissions: permissionsOf(first),
    warnings: [...warningsOf(first), ...reachWarnings(spaces.length)],
  };
}

/** `/api/v1/…`, but a self-hosted server is often given with its `/api` already. */
function api(url: URL, path: string): URL {
  const base = url.pathname.replace(/\/api\/(v1\/)?$/, '/');
  return new URL(`${base}api/v1/${path}`, url);
}

function headersOf(values: FieldValues): Record<string, string> {
  const key = headerSafe(needed(values, 'api_key'), 'key');
  if (key.startsWith('ls__'))
    throw ended(
      'invalid_credential',
      'Keys that begin with ls__ stopped working in October 2024; create a new one.',
    );
  const [workspace, organization] = [setting(values, 'workspace_id'), setting(values, 'organization_id')];
  return {
    'x-api-key': key,
    ...(workspace !== undefined && { 'x-tenant-id': headerSafe(workspace, 'workspace ID') }),
    ...(organization !== undefined && { 'x-organization-id': headerSafe(organization, 'organization ID') }),
  };
}

/** Public, so it proves the product before the key is sent; empty where a gateway refuses strangers. */
async function versionOf(probe: Probe, url: URL, tls: TlsChoice): Promise<string> {
  const ask = () => probe.send({ method: 'GET', url: api(url, 'info'), tls });
  const answer = await asStranger({ voice: VOICE, url }, ask);
  if (answer === undefined) return '';
  const info = jsonObject(answer, NAME);
  if (!('version' in info)) throw notThisService(NAME);
  return serviceText(info['version'], 40);
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice: 'The server lists its workspaces without a key, so the test proves nothing; enable authentication.',
};

function isList({ body }: OutboundAnswer): boolean {
  try {
    return Array.isArray(JSON.parse(body));
  } catch {
    return false;
  }
}

/** Its errors are one short text in `detail` or `error`; those about keys have fixed words. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const { detail, error, ...more } = maybeJson(answer) ?? {};
    const said = serviceText(error, 120) || serviceText(detail, 120);
    if (said === '' || Object.keys(more).some((name) => !OWN_KEYS.includes(name))) return undefined;
    if (said === 'org_scoped_key_requires_workspace') return NEEDS_WORKSPACE;
    // It says "Forbidden" to a key that it does not know, be it one of the other region, and more to one that lacks a right.
    if (/^(forbidden|(invalid|expired|revoked) (token|api key|key))\.?$/i.test(said)) return UNKNOWN_KEY;
    return saysNotAllowed(said) ? notAllowed(NAME) : undefined;
  },
};
const OWN_KEYS: readonly string[] = ['status', 'status_code', 'message'];

const NEEDS_WORKSPACE: TestVerdict = {
  code: 'misconfigured',
  advice: 'The key works for a whole organization; set the workspace in workspace_id.',
};
const UNKNOWN_KEY: TestVerdict = {
  code: 'invalid_credential',
  advice: `${NAME} does not recognize this key; a key of the EU region needs its own endpoint_url. Otherwise create a new one under Settings → API keys.`,
};

const NOTHING_SEEN: TestVerdict = {
  code: 'insufficient_permission',
  advice: 'The key works but has no access to a workspace; give it a role in one, or create a key there.',
};

function permissionsOf(space: Record<string, unknown>): string[] {
  const listed = Array.isArray(space['permissions']) ? space['permissions'] : [];
  return listed.slice(0, 200).map((permission) => serviceText(permission, 80));
}

function warningsOf(space: Record<string, unknown>): TestWarning[] {
  const role = serviceText(space['role_name'], 60);
  if (!/admin/i.test(role)) return [];
  const text = 'The key can administer the workspace; a role that reads and writes traces is usually enough.';
  return [{ code: 'over_privileged', text }];
}

function reachWarnings(workspaces: number): TestWarning[] {
  if (workspaces < 2) return [];
  const text = `The key can access ${workspaces} workspaces; a service key for the one that Glassdome uses is enough.`;
  return [{ code: 'over_privileged', text }];
}
