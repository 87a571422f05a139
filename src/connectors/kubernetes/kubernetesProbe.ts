import type { FieldValues } from '../../domain/credentials/fields.js';
import type { OutboundAnswer, Probe, TlsChoice } from '../../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict, type TestWarning } from '../../domain/testing/testResult.js';
import { commonNameOf, endOfCertificate } from '../common/certificate.js';
import { endOfToken, jwtClaims } from '../common/jwtClaims.js';
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
  setting,
} from '../common/probing.js';
import { bestEffort, refusedOrExpired, unproven } from '../common/proof.js';
import { asStranger, madeUp } from '../common/stranger.js';
import { tlsOf, withoutClientCertificate } from '../common/tlsFields.js';
import { type Voice, verdict } from '../common/voice.js';
import { type ClusterLogin, readKubeconfig, requireLogin, withTlsFields } from './kubeconfig.js';

const NAME = 'Kubernetes';
const ANONYMOUS = 'system:anonymous';

interface Cluster {
  probe: Probe;
  url: URL;
  tls: TlsChoice;
  headers: Readonly<Record<string, string>>;
}

/** Asks who we are and what we may do. Changes nothing: reviews are answered, not stored. */
export async function testKubernetes(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const login = loginOf(values);
  const url = baseUrl(login.server);
  const headers = authorizationOf(login);
  const stranger = { probe, url, tls: withoutClientCertificate(login.tls), headers: {} };
  const certificate = login.tls.clientCertPem !== undefined;
  const shown = await versionOf(stranger, certificate);
  const everybody = await strangersName(stranger, certificate);
  if (everybody !== undefined && (await takesAnything(stranger, headers))) return OPEN;
  const cluster: Cluster = { probe, url, tls: login.tls, headers };
  const expiresAt = endOf(login);
  const user = await refusedOrExpired(expiresAt, probe.now(), () => whoAmI(cluster));
  if (user === ANONYMOUS || (user !== undefined && user === everybody)) return OPEN;
  const namespace = setting(values, 'namespace') ?? login.namespace ?? 'default';
  // Where the server is too old to say who we are, what it says of our rights is the proof.
  const rules =
    user === undefined
      ? await rulesIn(cluster, namespace)
      : await bestEffort(() => rulesIn(cluster, namespace));
  const identity = user ?? nameIn(login);
  const version = shown || ((await bestEffort(() => versionOf(cluster, false))) ?? '');
  return {
    code: 'ok',
    advice: `Signed in to ${[NAME, version].filter((part) => part !== '').join(' ')} as ${identity}.`,
    identity,
    ...(version === '' ? {} : { version }),
    permissions: rules ?? [],
    warnings: [...rightsWarnings(rules, namespace)],
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The API server, or a proxy such as kubectl proxy in front of it, allows anonymous access, so the test proves nothing; disable anonymous access, or use the address behind the proxy.',
};

function loginOf(values: FieldValues): ClusterLogin {
  const method = setting(values, 'auth_method') ?? 'token';
  if (method === 'kubeconfig')
    return requireLogin(
      withTlsFields(readKubeconfig(needed(values, 'kubeconfig'), setting(values, 'context')), values),
    );
  const tls = tlsOf(values);
  const server = needed(values, 'server_url');
  if (method === 'client_certificate') {
    needed(values, 'client_cert_pem');
    needed(values, 'client_key_pem');
    return { server, tls };
  }
  return { server, tls: withoutClientCertificate(tls), token: needed(values, 'token') };
}

function authorizationOf({ token, basic }: ClusterLogin): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${headerSafe(token.trim(), 'token')}` };
  if (basic === undefined) return {};
  return { authorization: `Basic ${Buffer.from(basic.join(':'), 'utf8').toString('base64')}` };
}

/** Errors are objects of the kind Status, whose reason outranks the HTTP status. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const status = maybeJson(answer);
    if (status?.['kind'] !== 'Status' || status['status'] === 'Success') return undefined;
    if (serviceText(status['message'], 400).includes(`User "${ANONYMOUS}"`)) return NOBODY;
    return status['reason'] === 'Forbidden' ? notAllowed(NAME) : 'own';
  },
};

/** A server that takes no credential of ours treats us as anonymous, and says so in its refusal. */
const NOBODY: TestVerdict = {
  code: 'invalid_credential',
  advice:
    'The cluster does not recognize this credential and treats it as anonymous; create a new one there.',
};

/** Open to strangers on most clusters; empty where it is not. */
async function versionOf({ probe, url, tls, headers }: Cluster, certificate: boolean): Promise<string> {
  const ask = () => probe.send({ method: 'GET', url: new URL('version', url), tls, headers });
  const answer = await asStranger({ voice: VOICE, url, certificate }, ask);
  if (answer === undefined) return '';
  const version = serviceText(jsonObject(answer, NAME)['gitVersion'], 60);
  if (version === '') throw notThisService(NAME);
  return version;
}

/** What strangers are called; empty where the server is too old to say; undefined where it refuses them. */
async function strangersName(stranger: Cluster, certificate: boolean): Promise<string | undefined> {
  const { url } = stranger;
  const ask = (call: typeof askName) =>
    asStranger({ voice: VOICE, url, certificate, accepts: [404] }, () => call(stranger));
  const named = await ask(askName);
  if (named === undefined) return undefined;
  if (named.status !== 404) return nameFrom(named);
  return (await ask((cluster) => askRules(cluster, 'default')))?.status === 201 ? '' : undefined;
}

/**
 * If anonymous requests get an answer, so does a guest of a proxy; a separate server still refuses an unknown
 * credential.
 */
async function takesAnything(stranger: Cluster, headers: Cluster['headers']): Promise<boolean> {
  if (headers['authorization'] === undefined) return false;
  const guest = { ...stranger, headers: { authorization: `Bearer ${madeUp()}` } };
  return (await strangersName(guest, false)) !== undefined;
}

async function review(cluster: Cluster, path: string, body: object): Promise<OutboundAnswer> {
  const { probe, url, tls, headers } = cluster;
  return probe.send({
    method: 'POST',
    url: new URL(`apis/${path}`, url),
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    tls,
  });
}

const AUTHENTICATION = 'authentication.k8s.io/v1';
const AUTHORIZATION = 'authorization.k8s.io/v1';

const askName = (cluster: Cluster): Promise<OutboundAnswer> =>
  review(cluster, `${AUTHENTICATION}/selfsubjectreviews`, {
    apiVersion: AUTHENTICATION,
    kind: 'SelfSubjectReview',
  });

function nameFrom(answer: OutboundAnswer): string {
  const name = serviceText(inner(inner(jsonObject(answer, NAME), 'status'), 'userInfo')['username']);
  if (name === '') throw notThisService(NAME);
  return name;
}

/** The user as the server names it; undefined where the server is too old for that (before 1.28). */
async function whoAmI(cluster: Cluster): Promise<string | undefined> {
  const answer = await askName(cluster);
  if (answer.status === 404) return undefined;
  const wrong = verdict(answer, VOICE);
  if (wrong?.code === 'insufficient_permission') return undefined;
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  return nameFrom(answer);
}

const askRules = (cluster: Cluster, namespace: string): Promise<OutboundAnswer> =>
  review(cluster, `${AUTHORIZATION}/selfsubjectrulesreviews`, {
    apiVersion: AUTHORIZATION,
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  });

/** What we may do in the namespace, as `verbs resources`. */
async function rulesIn(cluster: Cluster, namespace: string): Promise<string[]> {
  const answer = await askRules(cluster, namespace);
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const review = inner(jsonObject(answer, NAME), 'status');
  const listed = review['resourceRules'];
  if (!Array.isArray(listed)) throw notThisService(NAME);
  const rules = listed.filter(isObject).slice(0, 100);
  const words = (value: unknown) =>
    Array.isArray(value) ? value.slice(0, 20).map((one) => serviceText(one, 60)) : [];
  return rules.map((rule) => `${words(rule['verbs']).join(',')} ${words(rule['resources']).join(',')}`);
}

/** What every account has: reading its own permissions, and the trusted CAs of the cluster. */
const EVERYBODYS = /^(create (self\w+(,|$))+|[a-z,]+ clustertrustbundles)$/;

function rightsWarnings(rules: readonly string[] | undefined, namespace: string): TestWarning[] {
  if (rules === undefined) return [unproven('its permissions')];
  if (rules.includes('* *'))
    return [
      {
        code: 'over_privileged',
        text: 'It has all permissions; bind it to a role for the resources that Glassdome uses.',
      },
    ];
  if (!rules.every((rule) => EVERYBODYS.test(rule))) return [];
  const text = `It can log in but has no permissions in the namespace ${serviceText(namespace, 63)}: bind it to a role there.`;
  return [{ code: 'no_acl', text }];
}

function nameIn({ token, tls, basic }: ClusterLogin): string {
  const subject = serviceText(jwtClaims(token ?? '')['sub'], 120);
  const name = subject || serviceText(basic?.[0], 120) || commonNameOf(tls.clientCertPem ?? '');
  return name === '' ? 'an authenticated user' : name;
}

/** Null: it never expires, like older service account tokens. Undefined: not shown. */
function endOf({ token, tls }: ClusterLogin): Date | null | undefined {
  return token === undefined ? endOfCertificate(tls.clientCertPem ?? '') : endOfToken(token);
}
