import { expect } from 'chai';
import {
  azureApp,
  azureCertificate,
  azureHosts,
  endedCertificate,
  foreignCertificate,
  startAzure,
} from '../simulators/azure.js';
import type { ServiceCases } from './serviceCases.js';

const unknown = '00000000-1111-4222-8333-444455556666';

const byCertificate = (of: { cert: string; key: string }) => ({
  client_secret: undefined,
  client_cert_pem: of.cert,
  client_key_pem: of.key,
});

export const azureCases: ServiceCases = {
  serviceType: 'azure',
  simulator: startAzure,
  fixedHosts: azureHosts,
  fields: () => ({
    tenant_id: azureApp.tenant,
    client_id: azureApp.client,
    subscription_id: azureApp.subscription,
    client_secret: azureApp.secret,
  }),
  cases: () => [
    {
      code: 'ok',
      what: 'a good secret',
      expect: (result) => {
        expect(result.identity).to.equal('glassdome-broker in Lab');
        expect(result.expiresAt).to.equal(undefined);
        expect(result.warnings).to.deep.equal([]);
        expect(result.permissions).to.deep.equal(['*/read']);
      },
    },
    {
      code: 'ok',
      what: 'an application that may read itself',
      state: 'graph',
      expect: (result) => expect(result.expiresAt?.toISOString()).to.equal('2031-01-01T00:00:00.000Z'),
    },
    {
      code: 'ok',
      what: 'a subscription that is switched off',
      state: 'off',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['partly_unproven']),
    },
    {
      code: 'ok',
      what: 'a Graph that fails',
      state: 'graph_down',
      expect: (result) => expect(result.expiresAt).to.equal(undefined),
    },
    {
      code: 'ok',
      what: 'a Contributor of the whole subscription',
      state: 'contributor',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']),
    },
    {
      code: 'ok',
      what: 'a certificate in place of the secret',
      fields: byCertificate(azureCertificate),
      expect: (result) => expect(result.expiresAt?.getUTCFullYear()).to.equal(2049),
    },
    { code: 'invalid_credential', what: 'an unknown certificate', fields: byCertificate(foreignCertificate) },
    {
      code: 'invalid_credential',
      what: 'a key of another certificate',
      fields: byCertificate({ cert: azureCertificate.cert, key: foreignCertificate.key }),
    },
    { code: 'expired', what: 'a certificate whose time is over', fields: byCertificate(endedCertificate) },
    {
      code: 'clock_skew',
      what: 'a clock that is an hour off',
      fields: byCertificate(azureCertificate),
      state: 'late',
    },
    { code: 'misconfigured', what: 'a token that the subscription does not take', state: 'foreign_token' },
    {
      code: 'misconfigured',
      what: 'a refusal that nobody foresaw',
      state: 'odd_number',
      expect: (result) => expect(result.advice).to.include('AADSTS50196'),
    },
    { code: 'service_error', what: 'an Entra ID that is busy', state: 'busy' },
    {
      code: 'invalid_credential',
      what: 'the ID of the secret in place of its value',
      fields: { client_secret: unknown },
      expect: (result) => expect(result.advice).to.include('Secret ID'),
    },
    { code: 'invalid_credential', what: 'an unknown application', fields: { client_id: unknown } },
    { code: 'invalid_credential', what: 'an unknown tenant', fields: { tenant_id: unknown } },
    { code: 'invalid_credential', what: 'a disabled application', state: 'disabled_app' },
    { code: 'expired', what: 'a secret whose time is over', state: 'expired' },
    { code: 'insufficient_permission', what: 'conditional access', state: 'blocked' },
    { code: 'insufficient_permission', what: 'no role on the subscription', state: 'no_role' },
    {
      code: 'insufficient_permission',
      what: 'an unknown subscription',
      fields: { subscription_id: unknown },
    },
    {
      code: 'rate_limited',
      what: 'a throttled Resource Manager',
      state: 'slow_arm',
      expect: (result) => expect(result.retryAfterSeconds).to.equal(11),
    },
    {
      code: 'misconfigured',
      what: 'a tenant that leads to another path',
      fields: { tenant_id: 'x/../../evil' },
      expect: (result) => expect(result.contacted).to.deep.equal([]),
    },
  ],
  gateway: {
    wrong: { client_secret: unknown },
    open: 'its addresses are Microsoft’s own',
    noScope: { state: 'no_role' },
  },
  notApplicable: {
    mfa_required: 'service principals have no second factor',
    quota_exhausted: 'signing in and reading a subscription has no quota',
    no_auth_required: 'no call of the test is open',
  },
};
