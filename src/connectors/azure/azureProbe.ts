import type { FieldValues } from '../../domain/credentials/fields.js';
import type { OutboundAnswer, Probe } from '../../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict, type TestWarning } from '../../domain/testing/testResult.js';
import { endOfCertificate } from '../common/certificate.js';
import { jwtClaims } from '../common/jwtClaims.js';
import {
  inner,
  isObject,
  jsonObject,
  maybeJson,
  needed,
  notThisService,
  optional,
  setting,
} from '../common/probing.js';
import { bestEffort, refusedOrExpired } from '../common/proof.js';
import { type Voice, verdict } from '../common/voice.js';
import { idOf, tokenFor } from './azureToken.js';

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

/** Gets a token by secret or certificate, then reads the subscription with it. Tokens are thrown away. */
export async function testAzure(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const cloud = CLOUDS[setting(values, 'cloud') ?? 'public'];
  if (cloud === undefined) throw ended('misconfigured', 'cloud must be public, usgov or china.');
  const subscription = idOf(values, 'subscription_id');
  const certificateEnd = endOfOwnCertificate(values);
  const token = await refusedOrExpired(certificateEnd, probe.now(), () =>
    tokenFor(values, probe, cloud.login, cloud.management),
  );
  const claims = jwtClaims(token);
  const name = serviceText(claims['app_displayname'] ?? claims['appid'] ?? idOf(values, 'client_id'), 100);
  const ask = (path: string) =>
    probe.send({
      method: 'GET',
      url: new URL(`/subscriptions/${subscription}${path}`, cloud.management),
      headers: { authorization: `Bearer ${token}` },
    });
  const answer = await ask('?api-version=2022-12-01');
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) return { ...wrong, identity: name };
  const found = jsonObject(answer, NAME);
  if (typeof found['subscriptionId'] !== 'string') throw notThisService(NAME);
  const identity = `${name} in ${serviceText(found['displayName'], 80)}`;
  const actions = await bestEffort(async () =>
    actionsIn(await ask('/providers/Microsoft.Authorization/permissions?api-version=2022-04-01')),
  );
  const expiresAt = certificateEnd ?? (await bestEffort(() => endOfSecret(values, probe, cloud)));
  return {
    code: 'ok',
    advice: `${NAME} accepts the application ${identity}.`,
    identity,
    permissions: actions ?? [],
    warnings: [...stateWarnings(serviceText(found['state'], 40)), ...rightsWarnings(actions ?? [])],
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Undefined if a secret is used, or the certificate does not show it. */
function endOfOwnCertificate(values: FieldValues): Date | undefined {
  const pem = setting(values, 'client_cert_pem');
  if (pem === undefined || optional(values, 'client_secret') !== undefined) return undefined;
  return endOfCertificate(pem);
}

/** What the application may do in the whole subscription. */
function actionsIn(answer: OutboundAnswer): string[] {
  if (answer.status !== 200) return [];
  const { value } = jsonObject(answer, NAME);
  const actions = (Array.isArray(value) ? value : []).filter(isObject).flatMap((role) => role['actions']);
  return actions.slice(0, 200).map((action) => serviceText(action, 120));
}

/** Owner and Contributor may do everything there; they differ in what is taken away again. */
function rightsWarnings(actions: readonly string[]): TestWarning[] {
  if (!actions.includes('*')) return [];
  const text =
    'It is Owner or Contributor of the whole subscription; a role on the resource groups that it uses is enough.';
  return [{ code: 'over_privileged', text }];
}

/** Errors of the Resource Manager have a code, which outranks the status. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const code = serviceText(inner(maybeJson(answer), 'error')['code'], 80);
    if (code === '') return undefined;
    if (/^(AuthorizationFailed|SubscriptionNotFound|ResourceGroupNotFound)$/.test(code)) return NO_ROLE;
    // The token was given out a moment ago: it is for another cloud or tenant, and the secret is good.
    if (answer.status === 401) return FOREIGN_TOKEN;
    return answer.status === 403 || answer.status === 404 ? NO_ROLE : 'own';
  },
};

const FOREIGN_TOKEN: TestVerdict = {
  code: 'misconfigured',
  advice:
    'Azure does not accept its own token for this subscription; check cloud, tenant_id and subscription_id.',
};
const NO_ROLE: TestVerdict = {
  code: 'insufficient_permission',
  advice:
    'The secret works, but the application has no access to this subscription; check subscription_id, or give it a role there.',
};

/** Graph reports it to applications that may read themselves; the secret is found by its first three characters. */
async function endOfSecret(values: FieldValues, probe: Probe, cloud: Cloud): Promise<Date | undefined> {
  const token = await tokenFor(values, probe, cloud.login, cloud.graph);
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
      text: 'The subscription is not enabled; enable it before creating resources in it.',
    },
  ];
}
