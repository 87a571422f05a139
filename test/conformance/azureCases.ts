import { expect } from 'chai';
import { azureApp, azureHosts, startAzure } from '../simulators/azure.js';
import type { ServiceCases } from './serviceCases.js';

const unknown = '00000000-1111-4222-8333-444455556666';

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
  notApplicable: {
    mfa_required: 'service principals have no second factor',
    quota_exhausted: 'signing in and reading a subscription has no quota',
    no_auth_required: 'no call of the test is open',
    clock_skew: 'a client secret is sent without a time',
  },
};
