import type { FieldValues } from '../domain/fields.js';
import type { OutboundAnswer, Probe, TlsChoice } from '../domain/outbound.js';
import { ended, type Finding, foreignText, type TestWarning } from '../domain/testResult.js';
import { commonNameOf, endOfCertificate } from './certificate.js';
import { endOfToken, jwtClaims } from './jwtClaims.js';
import { type ClusterLogin, readKubeconfig, withTlsFields } from './kubeconfig.js';
import {
  baseUrl,
  headerSafe,
  inner,
  isObject,
  jsonObject,
  needed,
  notThisService,
  setting,
  usualFinding,
} from './probing.js';
import { bestEffort, refusedOrExpired, unproven } from './proof.js';
import { tlsOf, withoutClientCertificate } from './tlsFields.js';

const NAME = 'Kubernetes';
const ANONYMOUS = 'system:anonymous';

interface Cluster {
  probe: Probe;
  url: URL;
  tls: TlsChoice;
  headers: Readonly<Record<string, string>>;
}

/** Asks who we are and what we may do. Changes nothing: reviews are answered, not stored. */
export async function testKubernetes(values: FieldValues, probe: Probe): Promise<Finding> {
  const login = loginOf(values);
  const url = baseUrl(login.server);
  const headers = authorizationOf(login);
  const version = await versionOf({ probe, url, tls: withoutClientCertificate(login.tls), headers: {} });
  const cluster: Cluster = { probe, url, tls: login.tls, headers };
  const expiresAt = endOf(login);
  const user = await refusedOrExpired(expiresAt, probe.now(), () => whoAmI(cluster));
  if (user === ANONYMOUS) return OPEN;
  const namespace = setting(values, 'namespace') ?? login.namespace ?? 'default';
  // Where the server is too old to say who we are, what it says of our rights is the proof.
  const rules =
    user === undefined
      ? await rulesIn(cluster, namespace)
      : await bestEffort(() => rulesIn(cluster, namespace));
  const identity = user ?? nameIn(login);
  return {
    code: 'ok',
    advice: `Signed in to ${NAME} ${version} as ${identity}.`,
    identity,
    version,
    permissions: rules ?? [],
    warnings: [...rightsWarnings(rules, namespace)],
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

const OPEN: Finding = {
  code: 'no_auth_required',
  advice:
    'The API server lets strangers in, so the credential proves nothing; switch anonymous access off there.',
};

function loginOf(values: FieldValues): ClusterLogin {
  const method = setting(values, 'auth_method') ?? 'token';
  if (method === 'kubeconfig')
    return withTlsFields(readKubeconfig(needed(values, 'kubeconfig'), setting(values, 'context')), values);
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

/** Open to strangers on most clusters; where it is not, the refusal tells the product. */
async function versionOf({ probe, url, tls, headers }: Cluster): Promise<string> {
  const answer = await probe.send({ method: 'GET', url: new URL('version', url), tls, headers });
  if (answer.status === 401 || answer.status === 403) {
    if (jsonObject(answer, NAME)['kind'] !== 'Status') throw notThisService(NAME);
    return '';
  }
  const wrong = usualFinding(answer, NAME);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const version = foreignText(jsonObject(answer, NAME)['gitVersion'], 60);
  if (version === '') throw notThisService(NAME);
  return version;
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

/** The user as the server calls him; undefined where it is too old to tell (before 1.28). */
async function whoAmI(cluster: Cluster): Promise<string | undefined> {
  const group = 'authentication.k8s.io/v1';
  const answer = await review(cluster, `${group}/selfsubjectreviews`, {
    apiVersion: group,
    kind: 'SelfSubjectReview',
  });
  refuseStrangers(answer);
  if (answer.status === 404 || answer.status === 403) return undefined;
  const wrong = usualFinding(answer, NAME);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const name = foreignText(inner(inner(jsonObject(answer, NAME), 'status'), 'userInfo')['username']);
  if (name === '') throw notThisService(NAME);
  return name;
}

/** A server that takes no credential of ours treats us as anonymous, and says so in its refusal. */
function refuseStrangers(answer: OutboundAnswer): void {
  if (answer.status !== 403) return;
  const message = foreignText(jsonObject(answer, NAME)['message'], 400);
  if (message.includes(`User "${ANONYMOUS}"`))
    throw ended(
      'invalid_credential',
      'The cluster does not know this credential and takes it for nobody’s; make a new one there.',
    );
}

/** What we may do in the namespace, as `verbs resources`. */
async function rulesIn(cluster: Cluster, namespace: string): Promise<string[]> {
  const group = 'authorization.k8s.io/v1';
  const answer = await review(cluster, `${group}/selfsubjectrulesreviews`, {
    apiVersion: group,
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  });
  refuseStrangers(answer);
  const wrong = usualFinding(answer, NAME);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  const listed = inner(jsonObject(answer, NAME), 'status')['resourceRules'];
  const rules = (Array.isArray(listed) ? listed : []).filter(isObject).slice(0, 100);
  const words = (value: unknown) =>
    Array.isArray(value) ? value.slice(0, 20).map((one) => foreignText(one, 60)) : [];
  return rules.map((rule) => `${words(rule['verbs']).join(',')} ${words(rule['resources']).join(',')}`);
}

/** What every account has: to ask about itself, and to see whom the cluster trusts. */
const EVERYBODYS = /^(create (self\w+(,|$))+|[a-z,]+ clustertrustbundles)$/;

function rightsWarnings(rules: readonly string[] | undefined, namespace: string): TestWarning[] {
  if (rules === undefined) return [unproven('what it may do')];
  if (rules.includes('* *'))
    return [
      {
        code: 'over_privileged',
        text: 'It may do everything; bind it to a role for what Glassdome works on.',
      },
    ];
  if (!rules.every((rule) => EVERYBODYS.test(rule))) return [];
  const text = `It signs in and may do nothing in the namespace ${foreignText(namespace, 63)}: bind it to a role there.`;
  return [{ code: 'no_acl', text }];
}

function nameIn({ token, tls, basic }: ClusterLogin): string {
  const subject = foreignText(jwtClaims(token ?? '')['sub'], 120);
  const name = subject || foreignText(basic?.[0], 120) || commonNameOf(tls.clientCertPem ?? '');
  return name === '' ? 'an authenticated user' : name;
}

/** Null: it never ends, as the older tokens of service accounts. Undefined: not told. */
function endOf({ token, tls }: ClusterLogin): Date | null | undefined {
  return token === undefined ? endOfCertificate(tls.clientCertPem ?? '') : endOfToken(token);
}
