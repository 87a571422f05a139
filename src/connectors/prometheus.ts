import type { FieldValues } from '../domain/credentials/fields.js';
import type { Connector } from '../domain/services/connector.js';
import { headerOf, type OutboundAnswer, type Probe, type TlsChoice } from '../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict } from '../domain/testing/testResult.js';
import { endOfCertificate } from './common/certificate.js';
import { endOfToken } from './common/jwtClaims.js';
import {
  baseUrl,
  headerSafe,
  inner,
  jsonObject,
  maybeJson,
  needed,
  notThisService,
  setting,
} from './common/probing.js';
import { refusedOrExpired } from './common/proof.js';
import { isOpen, madeUp } from './common/stranger.js';
import {
  brokerTlsDestinationFields,
  brokerTlsFields,
  clientCertificateFields,
  tlsOf,
  tlsRules,
  withoutClientCertificate,
} from './common/tlsFields.js';
import { type Voice, verdict } from './common/voice.js';
import { basicName, oneWord, rulesOf } from './fieldRules.js';

/** Prometheus: a user of its web configuration, a client certificate, or a token of the proxy in front of it. */
export const prometheus: Connector = {
  serviceType: 'prometheus',
  template: {
    service_type: 'prometheus',
    title: 'Prometheus',
    docs_url: 'https://prometheus.io/docs/prometheus/latest/configuration/https/',
    required_fields: [
      { name: 'base_url', type: 'text', label: 'Address, with its path prefix' },
      {
        name: 'auth_method',
        type: 'select',
        label: 'Authentication',
        options: ['basic', 'bearer', 'mtls', 'none'],
      },
    ],
    conditional_fields: {
      'auth_method=basic': [
        { name: 'username', type: 'text', label: 'Username' },
        { name: 'password', type: 'password', label: 'Password' },
      ],
      'auth_method=bearer': [{ name: 'token', type: 'password', label: 'Bearer token' }],
      'auth_method=mtls': clientCertificateFields.map((field) => ({
        ...field,
        required: field.name !== 'client_key_passphrase',
      })),
    },
    optional_fields: [
      { name: 'tenant', type: 'text', label: 'Tenant (X-Scope-OrgID)', help: 'For Mimir and Cortex.' },
      ...brokerTlsFields,
    ],
  },
  destinationFields: ['base_url', ...brokerTlsDestinationFields],
  steersNothing: ['username', 'client_cert_pem'],
  rules: rulesOf({
    ...tlsRules,
    token: oneWord,
    username: basicName,
    tenant: oneWord,
  }),
  envNames: {
    PROMETHEUS_URL: 'base_url',
    PROMETHEUS_USERNAME: 'username',
    PROMETHEUS_PASSWORD: 'password',
    PROMETHEUS_TOKEN: 'token',
  },
  envAliases: { PROMETHEUS_USER: 'PROMETHEUS_USERNAME' },
  test: testPrometheus,
  guide: {
    create: [
      'In the file of --web.config.file, add the user and the bcrypt hash of the password to basic_auth_users; it takes effect immediately.',
      'Or configure a client CA there (client_auth_type: RequireAndVerifyClientCert) and issue a certificate from it.',
    ],
    permissions: 'Prometheus has no permissions: every authenticated user can query everything.',
    test: 'Requests the build information without the credential, which must be refused, then with it.',
  },
};

const NAME = 'Prometheus';

interface Server {
  probe: Probe;
  url: URL;
  tls: TlsChoice;
  headers: Readonly<Record<string, string>>;
}

async function testPrometheus(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = baseUrl(needed(values, 'base_url'));
  const tls = tlsOf(values);
  const tenant = setting(values, 'tenant');
  const bare: Record<string, string> =
    tenant === undefined ? {} : { 'x-scope-orgid': headerSafe(tenant, 'tenant') };
  const method = setting(values, 'auth_method') ?? 'basic';
  const authorization = authorizationOf(values, method);
  const stranger: Server = { probe, url, tls: withoutClientCertificate(tls), headers: bare };
  if (await opens(stranger, authorization, tls.clientCertPem !== undefined)) return OPEN;
  if (method === 'none') return LOCKED;
  const headers = { ...bare, ...(authorization !== undefined && { authorization }) };
  const end = endOf(values, method);
  const version = await refusedOrExpired(end, probe.now(), () => versionOf({ probe, url, tls, headers }));
  const identity =
    method === 'basic' ? serviceText(setting(values, 'username'), 80) : `${method} at ${url.host}`;
  return {
    code: 'ok',
    advice: `Signed in to ${NAME} as ${identity}.`,
    identity,
    ...(version === '' ? {} : { version }),
    ...(end === undefined ? {} : { expiresAt: end }),
  };
}

const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The server answers without a login, so the test proves nothing; enable authentication in its web configuration.',
};
const LOCKED: TestVerdict = {
  code: 'misconfigured',
  advice:
    'The server requires authentication, but auth_method is none; add a user and password, a token or a certificate.',
};

function authorizationOf(values: FieldValues, method: string): string | undefined {
  if (method === 'bearer') return `Bearer ${headerSafe(needed(values, 'token'), 'token')}`;
  if (method !== 'basic') return undefined;
  const pair = `${needed(values, 'username')}:${needed(values, 'password')}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

/** Known from a certificate, and from a token that is a JWT. */
function endOf(values: FieldValues, method: string): Date | null | undefined {
  if (method === 'mtls') return endOfCertificate(needed(values, 'client_cert_pem'));
  return method === 'bearer' ? endOfToken(needed(values, 'token')) : undefined;
}

/** True when nobody needs to sign in. A wrong password is asked about too: a proxy may check only what it is given. */
function opens(server: Server, authorization: string | undefined, certificate: boolean): Promise<boolean> {
  const scheme = authorization?.split(' ')[0];
  const made = scheme === 'Basic' ? Buffer.from(`${madeUp()}:${madeUp()}`).toString('base64') : madeUp();
  const wrong = { ...server.headers, authorization: `${scheme} ${made}` };
  return isOpen({
    voice: VOICE,
    url: server.url,
    certificate,
    bare: () => build(server),
    ...(scheme !== undefined && { decoy: () => build({ ...server, headers: wrong }) }),
    isAnswer,
  });
}

/** Its own web configuration asks for Basic without a realm; those of its family answer errors of its API. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const { status, body } = answer;
    const challenge = headerOf(answer, 'www-authenticate');
    if (status === 401 && /^basic$/i.test(challenge) && body.trim() === 'Unauthorized') return 'own';
    if (status === 401 && /^no org id$/i.test(body.trim())) return NO_TENANT;
    const error = maybeJson(answer);
    return error?.['status'] === 'error' && typeof error['error'] === 'string' ? 'own' : undefined;
  },
};

const NO_TENANT: TestVerdict = {
  code: 'misconfigured',
  advice: 'The server requires a tenant; set it in the field tenant.',
};

const get = ({ probe, url, tls, headers }: Server, path: string): Promise<OutboundAnswer> =>
  probe.send({ method: 'GET', url: new URL(path, url), headers, tls });

/** Mimir, Thanos and others of the family may lack the build information; they all answer a query. */
async function build(server: Server): Promise<OutboundAnswer> {
  const answer = await get(server, 'api/v1/status/buildinfo');
  return answer.status === 404 ? get(server, 'api/v1/query?query=vector(1)') : answer;
}

const isAnswer = (answer: OutboundAnswer) => maybeJson(answer)?.['status'] === 'success';

async function versionOf(server: Server): Promise<string> {
  const answer = await build(server);
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
  if (!isAnswer(answer)) throw notThisService(NAME);
  return serviceText(inner(jsonObject(answer, NAME), 'data')['version'], 40);
}
