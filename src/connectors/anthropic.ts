import type { FieldValues } from '../domain/credentials/fields.js';
import type { Connector } from '../domain/services/connector.js';
import type { OutboundAnswer, Probe } from '../domain/testing/outbound.js';
import { serviceText, type TestVerdict } from '../domain/testing/testResult.js';
import { modelWarnings } from './common/modelWarnings.js';
import {
  baseUrl,
  headerSafe,
  inner,
  isObject,
  jsonObject,
  maybeJson,
  needed,
  notAllowed,
  notThisService,
  rateLimited,
  saysNotAllowed,
  setting,
} from './common/probing.js';
import { isOpen, madeUp } from './common/stranger.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsOf, tlsRules } from './common/tlsFields.js';
import { type Voice, verdict } from './common/voice.js';
import { each, matching, oneWord, rulesOf } from './fieldRules.js';

/** Anthropic: an API key. */
export const anthropic: Connector = {
  serviceType: 'anthropic',
  shortName: 'Anthropic',
  template: {
    service_type: 'anthropic',
    title: 'Anthropic',
    docs_url: 'https://console.anthropic.com/settings/keys',
    required_fields: [
      { name: 'api_key', type: 'password', label: 'API Key' },
      {
        name: 'model',
        type: 'select',
        label: 'Default Model',
        options: ['claude-3-opus', 'claude-3-sonnet', 'claude-3-haiku'],
      },
    ],
    optional_fields: [
      { name: 'base_url', type: 'text', label: 'Base URL', default: 'https://api.anthropic.com' },
      ...brokerTlsFields,
    ],
    secret_guards: [{ pattern: '(^|[\\s=:])sk-ant-', rule: 'must not contain a secret; put it in api_key' }],
  },
  destinationFields: ['base_url', ...brokerTlsDestinationFields],
  steersNothing: ['model'],
  rules: rulesOf({
    ...tlsRules,
    api_key: each(
      oneWord,
      matching(/^(?!sk-ant-admin)/, 'must be an API key (sk-ant-api…); an admin key cannot use models'),
      matching(
        /^(?!sk-ant-(oat|ort))/,
        'must be an API key (sk-ant-api…); sk-ant-oat and sk-ant-ort are OAuth tokens of Claude Code and other apps',
      ),
      matching(/^(?!sk-ant-sid)/, 'must be an API key (sk-ant-api…); this is a browser session key'),
      (key, values) =>
        setting(values, 'base_url') === undefined && /^sk-(proj|svcacct)-/.test(key)
          ? 'must be an Anthropic key; this is an OpenAI key'
          : undefined,
    ),
  }),
  envNames: { ANTHROPIC_API_KEY: 'api_key', ANTHROPIC_BASE_URL: 'base_url' },
  envAliases: {},
  test: testAnthropic,
  guide: {
    create: [
      'Console → Settings → API keys: create a key in the workspace that Glassdome uses; it is shown once.',
      'Set an expiry date there if your policy requires one.',
    ],
    permissions: 'None besides the key itself.',
    test: 'Lists the models that the key may use; costs nothing. The API does not report the remaining credit.',
  },
};

const NAME = 'Anthropic';
const API_VERSION = '2023-06-01';

async function testAnthropic(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = addressOf(setting(values, 'base_url') ?? 'https://api.anthropic.com');
  const tls = tlsOf(values);
  const key = headerSafe(needed(values, 'api_key'), 'key');
  const list = (headers: Record<string, string>) =>
    probe.send({
      method: 'GET',
      url: new URL('v1/models?limit=100', url),
      headers: { ...headers, 'anthropic-version': API_VERSION },
      tls,
    });
  const voice = voiceFor(key);
  const decoy = () => list({ 'x-api-key': madeUp('sk-ant-api03-') });
  const question = { voice, url, bare: () => list({}), decoy, isAnswer: hasModels };
  if (setting(values, 'base_url') !== undefined && (await isOpen(question))) return OPEN;
  const answer = await list({ 'x-api-key': key });
  const wrong = verdict(answer, voice);
  if (wrong !== undefined) return wrong;
  const { data } = jsonObject(answer, NAME);
  if (!Array.isArray(data)) throw notThisService(NAME);
  const models = data.filter(isObject).map((model) => serviceText(model['id'], 100));
  const organization = serviceText(answer.headers['anthropic-organization-id']?.[0], 80);
  return {
    code: 'ok',
    advice: `${NAME} accepts the key; it may use ${models.length} models.`,
    identity: organization === '' ? 'API key' : `API key of ${organization}`,
    models: models.filter((id) => id !== ''),
    warnings: [...modelWarnings(setting(values, 'model'), models)],
  };
}

/** Where the versions begin; some clients want the address with its `/v1`, and a second one is not found. */
function addressOf(base: string): URL {
  const url = baseUrl(base);
  url.pathname = url.pathname.replace(/\/v1\/$/, '/');
  return url;
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The list of models is public at this address, so the test does not prove the key; test it with a request to a model.',
};

const hasModels = (answer: OutboundAnswer) => Array.isArray(maybeJson(answer)?.['data']);

/** Errors are `{"type":"error","error":{"type":…}}`, whatever the status. */
const voiceFor = (key: string): Voice => ({
  service: NAME,
  says: (answer) => {
    const body = maybeJson(answer);
    const error = inner(body, 'error');
    const type = serviceText(error['type'], 60);
    return body?.['type'] === 'error' && type !== '' ? meaningOf(type, error, answer, key) : undefined;
  },
});

function meaningOf(
  type: string,
  error: Record<string, unknown>,
  answer: OutboundAnswer,
  key: string,
): TestVerdict | 'own' {
  // 529 is Anthropic's own "overloaded".
  if (answer.status >= 500) return 'own';
  if (type === 'permission_error') return notAllowed(NAME);
  if (type === 'authentication_error')
    return saysNotAllowed(serviceText(error['message'], 500)) ? notAllowed(NAME) : refusedKey(key);
  // A key that was switched off is answered like one that never was.
  if (type === 'not_found_error') return refusedKey(key);
  if (type === 'billing_error' || spendLimit(error)) return SPENT;
  return answer.status === 429 || type === 'rate_limit_error' ? rateLimited(answer, NAME) : 'own';
}

function refusedKey(key: string): TestVerdict {
  const [, meant] = OTHER_KEYS.find(([prefix]) => key.startsWith(prefix)) ?? [];
  return {
    code: 'invalid_credential',
    advice:
      meant ??
      'Anthropic rejects this key: it is wrong, revoked or expired; create a new one in the console.',
  };
}

/** What begins like a key and is none for models. */
const OTHER_KEYS: readonly (readonly [string, string])[] = [
  ['sk-ant-admin', 'This is an admin key, which cannot use models; store an API key (sk-ant-api…).'],
  [
    'sk-ant-oat',
    'This is an OAuth token of Claude Code or another app, not an API key; create an API key (sk-ant-api…) in the console.',
  ],
  [
    'sk-ant-ort',
    'This is a refresh token of an app, not an API key; create an API key (sk-ant-api…) in the console.',
  ],
  [
    'sk-ant-sid',
    'This is a browser session key, not an API key; create an API key (sk-ant-api…) in the console.',
  ],
];

/** A spend limit comes as 402, as 429 with a code, or, for a limit that people set, as 400 with words. */
function spendLimit(error: Record<string, unknown>): boolean {
  const code = serviceText(inner(error, 'details')['error_code'], 80);
  if (/spend_limit_reached$/.test(code)) return true;
  return (
    error['type'] === 'invalid_request_error' &&
    /spend limit|credit balance/i.test(serviceText(error['message'], 400))
  );
}

const SPENT: TestVerdict = {
  code: 'quota_exhausted',
  advice: 'The key works, but a spend limit or a payment problem blocks it; check Billing in the console.',
};
