import { expect } from 'chai';
import { startRealApiserver } from '../real/kubeApiserver.js';
import { endedClient, foreignClient } from '../simulators/dockerSwarm.js';
import {
  endedToken,
  kubernetesClient,
  kubernetesToken,
  legacyToken,
  startKubernetes,
} from '../simulators/kubernetes.js';
import type { Simulator } from '../support/services/simulator.js';
import type { ConformanceCase, ServiceCases } from './serviceCases.js';

const withoutToken = { token: undefined, server_url: undefined, tls_mode: undefined, ca_cert_pem: undefined };
const byCertificate = (of: { cert: string; key: string }) => ({
  auth_method: 'client_certificate',
  token: undefined,
  client_cert_pem: of.cert,
  client_key_pem: of.key,
});

function kubeconfig(
  { url, ca }: Simulator,
  user: object,
  cluster: object = {},
): Record<string, string | undefined> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    contexts: [{ name: 'lab', context: { cluster: 'c', user: 'u', namespace: 'lab' } }],
    clusters: [
      {
        name: 'c',
        cluster: {
          server: url,
          'certificate-authority-data': Buffer.from(ca).toString('base64'),
          ...cluster,
        },
      },
    ],
    users: [{ name: 'u', user }],
  };
  return { ...withoutToken, auth_method: 'kubeconfig', kubeconfig: JSON.stringify(config) };
}

/** One that ends the handshake of strangers, as an ingress or Teleport does. */
async function strictKubernetes() {
  const simulator = await startKubernetes(true);
  const fields = {
    server_url: simulator.url,
    auth_method: 'client_certificate',
    client_cert_pem: kubernetesClient.cert,
    client_key_pem: kubernetesClient.key,
  };
  const wrong = { client_cert_pem: foreignClient.cert, client_key_pem: foreignClient.key };
  return { simulator, fields, wrong };
}

const data = (pem: string) => Buffer.from(pem).toString('base64');

function fromKubeconfig(simulator: Simulator): ConformanceCase[] {
  const good = { token: kubernetesToken };
  return [
    { code: 'ok', what: 'a kubeconfig with a token', fields: kubeconfig(simulator, good) },
    {
      code: 'ok',
      what: 'a kubeconfig with a certificate',
      fields: kubeconfig(simulator, {
        'client-certificate-data': data(kubernetesClient.cert),
        'client-key-data': data(kubernetesClient.key),
      }),
    },
    {
      code: 'ok',
      what: 'a kubeconfig that checks no certificate, as its field says too',
      fields: { ...kubeconfig(simulator, good, { 'insecure-skip-tls-verify': true }), tls_mode: 'insecure' },
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.include('tls_insecure'),
    },
    {
      code: 'misconfigured',
      what: 'a kubeconfig that checks no certificate, and nobody said so',
      fields: kubeconfig(simulator, good, { 'insecure-skip-tls-verify': true }),
      expect: (result) => {
        expect(result.contacted).to.deep.equal([]);
        expect(result.advice).to.include('insecure-skip-tls-verify').and.include('tls_mode');
      },
    },
    {
      code: 'tls_error',
      what: 'a pinned certificate beside a kubeconfig that trusts another',
      fields: { ...kubeconfig(simulator, good), tls_fingerprint_sha256: 'ab'.repeat(32) },
    },
    {
      code: 'tls_error',
      what: 'a name beside a kubeconfig that the certificate does not have',
      fields: { ...kubeconfig(simulator, good), tls_server_name: 'other.example' },
    },
    ...['exec', 'auth-provider'].map(
      (key): ConformanceCase => ({
        code: 'misconfigured',
        what: `a kubeconfig with ${key}`,
        fields: kubeconfig(simulator, { ...good, [key]: { command: '/bin/false' } }),
        expect: (result) => expect(result.contacted).to.deep.equal([]),
      }),
    ),
    ...['certificate-authority', 'proxy-url'].map(
      (key): ConformanceCase => ({
        code: 'misconfigured',
        what: `a kubeconfig with ${key}`,
        // kubectl prefers the data to a file, so only without them would it read the file.
        fields: kubeconfig(simulator, good, { [key]: '/etc/passwd', 'certificate-authority-data': '' }),
        expect: (result) => expect(result.contacted).to.deep.equal([]),
      }),
    ),
    {
      code: 'ok',
      what: 'a kubeconfig with a file beside the data that win',
      fields: kubeconfig(simulator, good, { 'certificate-authority': '/etc/passwd' }),
    },
    {
      code: 'misconfigured',
      what: 'a kubeconfig whose user has nothing to sign in with',
      fields: kubeconfig(simulator, { as: 'nobody' }),
      expect: (result) => expect(result.advice).to.include('neither token'),
    },
    {
      code: 'misconfigured',
      what: 'a context that the kubeconfig does not have',
      fields: { ...kubeconfig(simulator, good), context: 'other' },
    },
    {
      code: 'misconfigured',
      what: 'a text that is no kubeconfig',
      fields: { ...kubeconfig(simulator, good), kubeconfig: 'a: [b' },
    },
  ];
}

export const kubernetesCases: ServiceCases = {
  serviceType: 'kubernetes',
  simulator: () => startKubernetes(),
  addressField: 'server_url',
  fields: ({ url }) => ({ auth_method: 'token', server_url: url, token: kubernetesToken }),
  cases: (simulator) => [
    {
      code: 'ok',
      what: 'a token of a service account',
      expect: (result) => {
        expect(result.identity).to.equal('system:serviceaccount:lab:glassdome');
        expect(result.version).to.equal('v1.34.2');
        expect(result.expiresAt?.toISOString()).to.equal('2031-01-01T00:00:00.000Z');
        expect(result.permissions).to.include('get,list pods');
        expect(result.warnings).to.deep.equal([]);
      },
    },
    {
      code: 'ok',
      what: 'an old server',
      state: 'old',
      expect: (result) => expect(result.identity).to.equal('system:serviceaccount:lab:glassdome'),
    },
    { code: 'ok', what: 'a server that tells strangers nothing', state: 'closed' },
    {
      code: 'ok',
      what: 'a token that may do nothing',
      state: 'no_rights',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['no_acl']),
    },
    {
      code: 'ok',
      what: 'a token that may do everything',
      state: 'admin',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']),
    },
    {
      code: 'ok',
      what: 'a client certificate',
      fields: byCertificate(kubernetesClient),
      expect: (result) => expect(result.expiresAt?.getUTCFullYear()).to.equal(2049),
    },
    {
      code: 'ok',
      what: 'a token of the older kind, which never ends',
      fields: { token: legacyToken },
      expect: (result) => expect(result.expiresAt).to.equal(null),
    },
    {
      code: 'ok',
      what: 'a server that fails after it said who we are',
      state: 'half',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['partly_unproven']),
    },
    { code: 'expired', what: 'a token whose time is over', fields: { token: endedToken } },
    { code: 'expired', what: 'a certificate whose time is over', fields: byCertificate(endedClient) },
    { code: 'invalid_credential', what: 'a wrong token', fields: { token: `${kubernetesToken}x` } },
    {
      code: 'invalid_credential',
      what: 'a certificate of another authority',
      fields: byCertificate(foreignClient),
    },
    { code: 'insufficient_permission', what: 'a server that allows no review', state: 'no_review' },
    {
      code: 'no_auth_required',
      what: 'a server that lets strangers in',
      state: 'open',
      fields: byCertificate(foreignClient),
    },
    ...fromKubeconfig(simulator),
  ],
  gateway: {
    wrong: { token: `${kubernetesToken}x` },
    mutual: strictKubernetes,
    open: { state: 'proxied' },
    noScope: { state: 'no_review' },
  },
  notApplicable: {
    mfa_required: 'tokens and certificates need no second factor',
    quota_exhausted: 'reviews are not counted',
    clock_skew: 'nothing is signed with a time',
  },
  real: {
    name: 'kube-apiserver',
    start: startRealApiserver,
    cases: ({ more }) => [
      {
        code: 'ok',
        what: 'a token of a service account',
        expect: (result) => {
          expect(result.identity).to.equal('system:serviceaccount:default:reader');
          expect(result.version).to.match(/^v\d/);
          expect(result.permissions).to.include('get,list pods');
          // What a real server gives out ends within the hour.
          expect(result.warnings.map(({ code }) => code)).to.deep.equal(['expires_soon']);
          expect(result.expiresAt?.getTime()).to.be.greaterThan(Date.now());
        },
      },
      {
        code: 'ok',
        what: 'a token that may do nothing',
        fields: { token: more['nobody'] },
        expect: (result) => expect(result.warnings.map(({ code }) => code)).to.include('no_acl'),
      },
      {
        code: 'ok',
        what: 'a client certificate',
        fields: byCertificate(kubernetesClient),
        expect: (result) => expect(result.identity).to.equal('broker test'),
      },
      { code: 'invalid_credential', what: 'a wrong token', fields: { token: `${more['nobody']}x` } },
      {
        code: 'invalid_credential',
        what: 'a certificate of another authority',
        fields: byCertificate(foreignClient),
      },
      {
        code: 'tls_error',
        what: 'an unknown authority',
        fields: { tls_mode: 'system', ca_cert_pem: undefined },
      },
    ],
  },
};
