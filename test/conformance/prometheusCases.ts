import { expect } from 'chai';
import { startRealPrometheus } from '../real/prometheus.js';
import { endedClient, foreignClient } from '../simulators/dockerSwarm.js';
import { endedToken } from '../simulators/kubernetes.js';
import { prometheusClient, prometheusUser, startPrometheus } from '../simulators/prometheus.js';
import type { ServiceCases } from './serviceCases.js';

const { username, password, token } = prometheusUser;
let mutualUrl = '';
const byCertificate = (of: { cert: string; key: string }) => ({
  base_url: mutualUrl,
  auth_method: 'mtls',
  username: undefined,
  password: undefined,
  client_cert_pem: of.cert,
  client_key_pem: of.key,
});
const bearer = { auth_method: 'bearer', username: undefined, password: undefined };

export const prometheusCases: ServiceCases = {
  serviceType: 'prometheus',
  simulator: async () => {
    const simulator = await startPrometheus();
    mutualUrl = simulator.mutualUrl;
    return simulator;
  },
  addressField: 'base_url',
  fields: ({ url }) => ({ base_url: `${url}/prom`, auth_method: 'basic', username, password }),
  cases: () => [
    {
      code: 'ok',
      what: 'a user with his password',
      expect: (result) => {
        expect(result.identity).to.equal('broker');
        expect(result.version).to.equal('3.5.0');
      },
    },
    { code: 'ok', what: 'a token of a proxy', fields: { ...bearer, token } },
    { code: 'ok', what: 'one of the family without build information', state: 'no_buildinfo' },
    {
      code: 'ok',
      what: 'a client certificate',
      fields: byCertificate(prometheusClient),
      expect: (result) => expect(result.expiresAt?.getUTCFullYear()).to.equal(2049),
    },
    {
      code: 'invalid_credential',
      what: 'a foreign client certificate',
      fields: byCertificate(foreignClient),
    },
    { code: 'expired', what: 'a token whose time is over', fields: { ...bearer, token: endedToken } },
    { code: 'expired', what: 'a certificate whose time is over', fields: byCertificate(endedClient) },
    { code: 'invalid_credential', what: 'a wrong password', fields: { password: 'Wrong-Horse-11' } },
    { code: 'invalid_credential', what: 'an unknown user', fields: { username: 'nobody' } },
    { code: 'invalid_credential', what: 'a wrong token', fields: { ...bearer, token: 'proxy-token-9' } },
    { code: 'not_this_service', what: 'a proxy that says no', state: 'forbidden' },
    { code: 'insufficient_permission', what: 'one of the family that knows rights', state: 'no_right' },
    { code: 'misconfigured', what: 'one of the family that wants a tenant', state: 'no_tenant' },
    { code: 'no_auth_required', what: 'a server that is open', state: 'open' },
    {
      code: 'no_auth_required',
      what: 'a server that is open, with nothing to sign in',
      state: 'open',
      fields: { auth_method: 'none', username: undefined, password: undefined },
    },
    {
      code: 'misconfigured',
      what: 'a server that is not open, with nothing to sign in',
      fields: { auth_method: 'none', username: undefined, password: undefined },
    },
  ],
  gateway: {
    wrong: { password: 'Wrong-Horse-11' },
    mutual: async () => {
      const simulator = await startPrometheus();
      mutualUrl = simulator.mutualUrl;
      const { username: _user, password: _password, ...fields } = byCertificate(prometheusClient);
      return {
        simulator: { ...simulator, ca: simulator.ca },
        fields,
        wrong: { client_cert_pem: foreignClient.cert, client_key_pem: foreignClient.key },
      };
    },
    open: { state: 'open' },
    noScope: { state: 'no_right' },
  },
  notApplicable: {
    mfa_required: 'there is no second factor',
    quota_exhausted: 'Prometheus counts no calls',
    clock_skew: 'nothing is signed with a time',
  },
  real: {
    name: 'Prometheus (Debian)',
    start: startRealPrometheus,
    cases: ({ fields, more }) => [
      {
        code: 'ok',
        what: 'a user with his password',
        expect: (result) => expect(result.version).to.match(/^\d+\.\d+/),
      },
      { code: 'invalid_credential', what: 'a wrong password', fields: { password: 'Wrong-Horse-11' } },
      { code: 'invalid_credential', what: 'an unknown user', fields: { username: 'nobody' } },
      {
        code: 'tls_error',
        what: 'plain HTTP to a port with TLS',
        fields: { base_url: fields['base_url']?.replace('https:', 'http:') },
        expect: (result) => expect(result.advice).to.include('https://'),
      },
      { code: 'no_auth_required', what: 'an open server', fields: { base_url: more['open_url'] } },
      {
        code: 'tls_error',
        what: 'an unknown authority',
        fields: { tls_mode: 'system', ca_cert_pem: undefined },
      },
      {
        code: 'ok',
        what: 'a client certificate',
        fields: {
          base_url: more['mtls_url'],
          auth_method: 'mtls',
          client_cert_pem: more['client_cert'],
          client_key_pem: more['client_key'],
        },
      },
      {
        code: 'invalid_credential',
        what: 'a foreign client certificate',
        fields: {
          base_url: more['mtls_url'],
          auth_method: 'mtls',
          client_cert_pem: more['foreign_cert'],
          client_key_pem: more['foreign_key'],
        },
      },
    ],
  },
};
