import type { FieldValues } from '../domain/fields.js';
import type { OutboundAnswer, Probe } from '../domain/outbound.js';
import type { Connector } from '../domain/template.js';
import { type Finding, foreignText } from '../domain/testResult.js';
import { each, matching, oneWord, rulesOf } from './fieldRules.js';
import { modelWarnings } from './modelWarnings.js';
import {
  baseUrl,
  headerSafe,
  inner,
  isObject,
  jsonObject,
  needed,
  notThisService,
  rateLimited,
  setting,
  usualFinding,
} from './probing.js';
import { brokerTlsDestinationFields, brokerTlsFields, tlsOf, tlsRules } from './tlsFields.js';

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
    secret_guards: [
      { pattern: '(^|[\\s=:])sk-ant-', rule: 'must not hold a secret; it belongs into api_key' },
    ],
  },
  destinationFields: ['base_url', ...brokerTlsDestinationFields],
  steersNothing: ['model'],
  rules: rulesOf({
    ...tlsRules,
    api_key: each(
      oneWord,
      matching(/^(?!sk-ant-admin)/, 'must be an API key (sk-ant-api…); an admin key may not use models'),
      (key, values) =>
        setting(values, 'base_url') === undefined && /^sk-(proj|svcacct)-/.test(key)
          ? 'must be a key of Anthropic, and is one of OpenAI'
          : undefined,
    ),
  }),
  envNames: { ANTHROPIC_API_KEY: 'api_key', ANTHROPIC_BASE_URL: 'base_url' },
  envAliases: {},
  test: testAnthropic,
  guide: {
    create: [
      'Console → Settings → API keys: create a key in the workspace that Glassdome works in; it is shown once.',
      'Choose an end for it there if your rules ask for one.',
    ],
    permissions: 'None beside the key itself.',
    test: 'Lists the models that the key may use; costs nothing. Money left is not told by any call.',
  },
};

const NAME = 'Anthropic';
const API_VERSION = '2023-06-01';

async function testAnthropic(values: FieldValues, probe: Probe): Promise<Finding> {
  const url = addressOf(setting(values, 'base_url') ?? 'https://api.anthropic.com');
  const tls = tlsOf(values);
  const key = headerSafe(needed(values, 'api_key'), 'key');
  const answer = await probe.send({
    method: 'GET',
    url: new URL('v1/models?limit=100', url),
    headers: { 'x-api-key': key, 'anthropic-version': API_VERSION },
    tls,
  });
  const wrong = refusal(answer, key);
  if (wrong !== undefined) return wrong;
  const { data } = jsonObject(answer, NAME);
  if (!Array.isArray(data)) throw notThisService(NAME);
  const models = data.filter(isObject).map((model) => foreignText(model['id'], 100));
  const organization = foreignText(answer.headers['anthropic-organization-id']?.[0], 80);
  return {
    code: 'ok',
    advice: `${NAME} takes the key; it may use ${models.length} models.`,
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

function refusal(answer: OutboundAnswer, key: string): Finding | undefined {
  const { status } = answer;
  const usual = usualFinding(answer, NAME);
  // 529 is Anthropic's own "overloaded".
  if (usual === undefined || status >= 500) return usual;
  const error = inner(jsonObject(answer, NAME), 'error');
  const type = foreignText(error['type'], 60);
  if (type === '') throw notThisService(NAME);
  if (type === 'authentication_error' && key.startsWith('sk-ant-admin'))
    return {
      code: 'invalid_credential',
      advice: 'This is an admin key, which no model takes; store an API key (sk-ant-api…).',
    };
  // A key that was switched off is answered like one that never was.
  if (type === 'authentication_error' || type === 'not_found_error')
    return {
      code: 'invalid_credential',
      advice:
        'Anthropic refuses this key: it is wrong, was revoked, or its time is over; make a new one in the console.',
    };
  if (type === 'permission_error') return { ...usual, code: 'insufficient_permission' };
  if (type === 'billing_error' || spendLimit(error)) return SPENT;
  return status === 429 ? rateLimited(answer, NAME) : usual;
}

/** A spend limit comes as 402, as 429 with a code, or, when somebody set it himself, as 400 with words. */
function spendLimit(error: Record<string, unknown>): boolean {
  const code = foreignText(inner(error, 'details')['error_code'], 80);
  if (/spend_limit_reached$/.test(code)) return true;
  return (
    error['type'] === 'invalid_request_error' &&
    /spend limit|credit balance/i.test(foreignText(error['message'], 400))
  );
}

const SPENT: Finding = {
  code: 'quota_exhausted',
  advice: 'The key works, but a spend limit or a payment problem stops it; look at Billing in the console.',
};
