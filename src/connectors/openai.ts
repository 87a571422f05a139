import type { FieldValues } from '../domain/credentials/fields.js';
import type { Connector } from '../domain/services/connector.js';
import type { OutboundAnswer, Probe } from '../domain/testing/outbound.js';
import { serviceText, type TestVerdict, type TestWarning } from '../domain/testing/testResult.js';
import { modelWarnings } from './common/modelWarnings.js';
import {
  baseUrl,
  headerSafe,
  inner,
  isObject,
  jsonObject,
  maybeJson,
  needed,
  notThisService,
  rateLimited,
  saysNotAllowed,
  setting,
} from './common/probing.js';
import { isOpen, madeUp } from './common/stranger.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsOf, tlsRules } from './common/tlsFields.js';
import { type Voice, verdict } from './common/voice.js';
import { each, matching, oneWord, type Rule, rulesOf } from './fieldRules.js';

/** Other services are compatible with OpenAI under their own address, with keys of any form. */
const ofOpenai =
  (rule: Rule): Rule =>
  (text, values) =>
    setting(values, 'base_url') === undefined ? rule(text, values) : undefined;

/** OpenAI: a project key. */
export const openai: Connector = {
  serviceType: 'openai',
  shortName: 'OpenAI',
  template: {
    service_type: 'openai',
    title: 'OpenAI',
    docs_url: 'https://platform.openai.com/api-keys',
    required_fields: [
      { name: 'api_key', type: 'password', label: 'API Key' },
      {
        name: 'model',
        type: 'select',
        label: 'Default Model',
        options: ['gpt-4', 'gpt-4-turbo', 'gpt-3.5-turbo'],
      },
      { name: 'organization', type: 'text', label: 'Organization ID (optional)', required: false },
    ],
    optional_fields: [
      { name: 'project', type: 'text', label: 'Project ID' },
      { name: 'base_url', type: 'text', label: 'Base URL', default: 'https://api.openai.com/v1' },
      ...brokerTlsFields,
    ],
    secret_guards: [
      { pattern: '(^|[\\s=:])sk-[a-z0-9]', rule: 'must not contain a secret; put it in api_key' },
    ],
  },
  destinationFields: ['base_url', ...brokerTlsDestinationFields],
  steersNothing: ['model', 'organization', 'project'],
  rules: rulesOf({
    ...tlsRules,
    api_key: each(
      oneWord,
      ofOpenai(matching(/^(?!sk-ant-)/, 'must be an OpenAI key; this is an Anthropic key')),
      ofOpenai(matching(/^(?!sk-admin-)/, 'must be a project key; an admin key cannot use models')),
    ),
    organization: oneWord,
    project: oneWord,
  }),
  envNames: {
    OPENAI_API_KEY: 'api_key',
    OPENAI_ORG_ID: 'organization',
    OPENAI_PROJECT_ID: 'project',
    OPENAI_BASE_URL: 'base_url',
  },
  envAliases: { OPENAI_ORGANIZATION: 'OPENAI_ORG_ID' },
  test: testOpenai,
  guide: {
    create: [
      'platform.openai.com → Settings → Project → Service accounts: add one for Glassdome; its key is shown once.',
      'A personal key (API keys) works too, but stops working when the person leaves the organization.',
    ],
    permissions: 'Models: Read. A restricted key without it can still be distinguished from a wrong one.',
    test: 'Lists the models that the key may use; costs nothing. The API does not report the remaining credit.',
  },
};

const NAME = 'OpenAI';

/** Codes of a 429 that mean money, not speed. */
const SPENT = [
  'insufficient_quota',
  'credit_balance_exhausted',
  'organization_spend_limit_exceeded',
  'project_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
];

async function testOpenai(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = baseUrl(setting(values, 'base_url') ?? 'https://api.openai.com/v1');
  const tls = tlsOf(values);
  const key = headerSafe(needed(values, 'api_key'), 'key');
  const [organization, project] = [setting(values, 'organization'), setting(values, 'project')];
  const list = (headers: Record<string, string>) =>
    probe.send({ method: 'GET', url: new URL('models', url), headers, tls });
  const decoy = () => list({ authorization: `Bearer ${madeUp('sk-')}` });
  const question = { voice: VOICE, url, bare: () => list({}), decoy, isAnswer: hasModels };
  if (setting(values, 'base_url') !== undefined && (await isOpen(question))) return OPEN;
  const answer = await list({
    authorization: `Bearer ${key}`,
    ...(organization !== undefined && { 'openai-organization': headerSafe(organization, 'organization') }),
    ...(project !== undefined && { 'openai-project': headerSafe(project, 'project') }),
  });
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) return wrong;
  const { data } = jsonObject(answer, NAME);
  if (!Array.isArray(data)) throw notThisService(NAME);
  const models = data.filter(isObject).map((model) => serviceText(model['id'], 100));
  const identity = identityOf(key, answer);
  return {
    code: 'ok',
    advice: `${NAME} accepts the key; it may use ${models.length} models.`,
    identity,
    models: models
      .filter((id) => id !== '')
      .slice(0, 500)
      .sort(),
    warnings: [...keyWarnings(key, url), ...modelWarnings(setting(values, 'model'), models)],
  };
}

/** What the answer names as ours, or the kind of the key; never a part of the key itself. */
function identityOf(key: string, { headers }: OutboundAnswer): string {
  const organization = serviceText(headers['openai-organization']?.[0], 80);
  const project = serviceText(headers['openai-project']?.[0], 80);
  const kind = key.startsWith('sk-svcacct-') ? 'service-account key' : 'API key';
  const where = [organization, project].filter((part) => part !== '').join(' / ');
  return where === '' ? kind : `${kind} of ${where}`;
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The list of models is public at this address, so the test does not prove the key; test it with a request to a model.',
};

const hasModels = (answer: OutboundAnswer) => Array.isArray(maybeJson(answer)?.['data']);

/** An error of OpenAI, and of those who speak its language: an object with a message and what kind it is. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const error = inner(maybeJson(answer), 'error');
    const own =
      typeof error['message'] === 'string' && ['type', 'code', 'param'].some((name) => name in error);
    return own ? meaningOf(error, answer) : undefined;
  },
};

function meaningOf(error: Record<string, unknown>, answer: OutboundAnswer): TestVerdict | 'own' {
  const [code, type] = [serviceText(error['code'], 80), serviceText(error['type'], 80)];
  if (SPENT.includes(code) || SPENT.includes(type)) return NO_MONEY;
  if (answer.status === 429) return rateLimited(answer, NAME);
  if (answer.status >= 500) return 'own';
  const message = serviceText(error['message'], 500);
  if (/must be a member|ip.{0,20}not authorized/i.test(message)) return NOT_HERE;
  if (code === 'missing_scope' || saysNotAllowed(message)) return NO_SCOPE;
  return ['invalid_api_key', 'account_deactivated'].includes(code) ? UNKNOWN_KEY : 'own';
}

const NO_MONEY: TestVerdict = {
  code: 'quota_exhausted',
  advice: 'The key works, but no credit or quota is left; add credit or raise the limit at OpenAI.',
};
const NOT_HERE: TestVerdict = {
  code: 'insufficient_permission',
  advice:
    'The key is valid, but not for this organization or from this IP address; correct organization or the allowlist.',
};
const NO_SCOPE: TestVerdict = {
  code: 'insufficient_permission',
  advice:
    'The key is valid, but may not list models; give it the permission Models: Read, or ignore this if it is not needed.',
};
const UNKNOWN_KEY: TestVerdict = {
  code: 'invalid_credential',
  advice: 'OpenAI rejects this key; create a new one there and store it.',
};

function keyWarnings(key: string, url: URL): TestWarning[] {
  if (url.hostname !== 'api.openai.com' || key.startsWith('sk-')) return [];
  return [{ code: 'unusual_form', text: 'OpenAI keys begin with sk-; this one does not, but it works.' }];
}
