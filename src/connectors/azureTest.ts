import type { FieldValues } from '../domain/fields.js';
import type { OutboundAnswer, Probe } from '../domain/outbound.js';
import { ended, type Finding, foreignText, type TestWarning } from '../domain/testResult.js';
import { jwtClaims } from './jwtClaims.js';
import {
  headerSafe,
  inner,
  isObject,
  jsonObject,
  needed,
  notThisService,
  setting,
  usualFinding,
} from './probing.js';

const NAME = 'Azure';

interface Cloud {
  login: string;
  management: string;
  graph: string;
}

const CLOUDS: Readonly<Record<string, Cloud>> = {
  public: {
    login: 'https://login.microsoftonline.com',
    management: 'https://management.azure.com',
    graph: 'https://graph.microsoft.com',
  },
  usgov: {
    login: 'https://login.microsoftonline.us',
    management: 'https://management.usgovcloudapi.net',
    graph: 'https://graph.microsoft.us',
  },
  china: {
    login: 'https://login.chinacloudapi.cn',
    management: 'https://management.chinacloudapi.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
  },
};

/** Gets a token by the secret, then reads the subscription with it. Tokens are thrown away. */
export async function testAzure(values: FieldValues, probe: Probe): Promise<Finding> {
  const cloud = CLOUDS[setting(values, 'cloud') ?? 'public'];
  if (cloud === undefined) throw ended('misconfigured', 'cloud must be public, usgov or china.');
  const subscription = idOf(values, 'subscription_id');
  const token = await tokenFor(values, probe, cloud, cloud.management);
  const claims = jwtClaims(token);
  const name = foreignText(claims['app_displayname'] ?? claims['appid'] ?? idOf(values, 'client_id'), 100);
  const answer = await probe.send({
    method: 'GET',
    url: new URL(`/subscriptions/${subscription}?api-version=2022-12-01`, cloud.management),
    headers: { authorization: `Bearer ${token}` },
  });
  const wrong = subscriptionRefusal(answer);
  if (wrong !== undefined) return { ...wrong, identity: name };
  const found = jsonObject(answer, NAME);
  if (typeof found['subscriptionId'] !== 'string') throw notThisService(NAME);
  const identity = `${name} in ${foreignText(found['displayName'], 80)}`;
  const expiresAt = await endOfSecret(values, probe, cloud);
  return {
    code: 'ok',
    advice: `${NAME} takes the secret of ${identity}.`,
    identity,
    warnings: stateWarnings(foreignText(found['state'], 40)),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** IDs become parts of addresses. */
function idOf(values: FieldValues, field: string): string {
  const id = needed(values, field).trim();
  if (/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id)) return id;
  if (field === 'tenant_id' && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(id)) return id;
  const form = field === 'tenant_id' ? 'a GUID or a verified domain' : 'a GUID';
  throw ended('misconfigured', `${field} must be ${form}; copy it again from the portal.`);
}

async function tokenFor(values: FieldValues, probe: Probe, cloud: Cloud, audience: string): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: idOf(values, 'client_id'),
    client_secret: needed(values, 'client_secret').trim(),
    scope: `${audience}/.default`,
  });
  const answer = await probe.send({
    method: 'POST',
    url: new URL(`/${idOf(values, 'tenant_id')}/oauth2/v2.0/token`, cloud.login),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const wrong = tokenRefusal(answer);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const token = jsonObject(answer, NAME)['access_token'];
  if (typeof token !== 'string') throw notThisService(NAME);
  return headerSafe(token, 'access token of Azure');
}

/** Codes of Entra ID as they stand at the head of `error_description`. */
const AADSTS: Readonly<Record<string, Finding>> = {
  '7000215': {
    code: 'invalid_credential',
    advice: 'The client secret is wrong; store its Value, not its Secret ID, or make a new one.',
  },
  '7000222': {
    code: 'expired',
    advice: 'The client secret’s time is over; add a new one under Certificates & secrets.',
  },
  '7000112': {
    code: 'invalid_credential',
    advice: 'The application is disabled in its tenant; enable it in Entra ID.',
  },
  '700016': {
    code: 'invalid_credential',
    advice: 'The tenant does not know this application; check client_id and tenant_id.',
  },
  '90002': { code: 'invalid_credential', advice: 'There is no such tenant; check tenant_id and cloud.' },
  '53003': {
    code: 'insufficient_permission',
    advice: 'Conditional access blocks this application; allow the broker’s address in its policy.',
  },
};

function tokenRefusal(answer: OutboundAnswer): Finding | undefined {
  const usual = usualFinding(answer, NAME);
  if (usual === undefined || answer.status === 429 || answer.status >= 500) return usual;
  if (answer.status !== 400 && answer.status !== 401) return usual;
  const problem = jsonObject(answer, NAME);
  if (typeof problem['error'] !== 'string') throw notThisService(NAME);
  const number = /^AADSTS(\d+)/.exec(foreignText(problem['error_description'], 400))?.[1] ?? '';
  return (
    AADSTS[number] ?? {
      code: 'invalid_credential',
      advice: 'Entra ID refuses this application or its secret; check client_id, tenant_id and the secret.',
    }
  );
}

function subscriptionRefusal(answer: OutboundAnswer): Finding | undefined {
  const usual = usualFinding(answer, NAME);
  if (usual === undefined || (answer.status !== 403 && answer.status !== 404)) return usual;
  const code = foreignText(inner(jsonObject(answer, NAME), 'error')['code'], 80);
  if (code === '') throw notThisService(NAME);
  return {
    code: 'insufficient_permission',
    advice:
      'The secret is good, but the application sees no such subscription; check subscription_id, or give it a role there.',
  };
}

/** Told by Graph to those who may read their own application; the secret is found by its first three characters. */
async function endOfSecret(values: FieldValues, probe: Probe, cloud: Cloud): Promise<Date | undefined> {
  const token = await tokenFor(values, probe, cloud, cloud.graph);
  const answer = await probe.send({
    method: 'GET',
    url: new URL(
      `/v1.0/applications(appId='${idOf(values, 'client_id')}')?$select=id,displayName,passwordCredentials`,
      cloud.graph,
    ),
    headers: { authorization: `Bearer ${token}` },
  });
  if (answer.status !== 200) return undefined;
  const listed = jsonObject(answer, NAME)['passwordCredentials'];
  const hint = needed(values, 'client_secret').trim().slice(0, 3);
  const own = (Array.isArray(listed) ? listed : []).filter(isObject).filter((one) => one['hint'] === hint);
  const ends = own.map((one) => new Date(String(one['endDateTime'])));
  const [end] = ends;
  return ends.length === 1 && end !== undefined && !Number.isNaN(end.getTime()) ? end : undefined;
}

function stateWarnings(state: string): TestWarning[] {
  if (state === 'Enabled') return [];
  return [
    {
      code: 'partly_unproven',
      text: 'The subscription is not enabled; nothing can be made in it until it is.',
    },
  ];
}
