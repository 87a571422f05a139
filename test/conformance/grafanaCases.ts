import { expect } from 'chai';
import { grafanaToken, grafanaUser, startGrafana } from '../simulators/grafana.js';
import type { ServiceCases } from './serviceCases.js';

const basic = (password: string) => ({
  auth_method: 'basic',
  token: undefined,
  username: grafanaUser.name,
  password,
});

export const grafanaCases: ServiceCases = {
  serviceType: 'grafana',
  simulator: startGrafana,
  addressField: 'base_url',
  fields: ({ url }) => ({
    base_url: `${url}/grafana`,
    auth_method: 'service_account_token',
    token: grafanaToken,
    token_id: '7',
  }),
  cases: () => [
    {
      code: 'ok',
      what: 'a token with rights',
      expect: (result) => {
        expect(result.identity).to.equal('sa-1-broker in Main Org.');
        expect(result.version).to.equal('12.1.0');
        expect(result.permissions).to.include('dashboards:read');
        expect(result.expiresAt?.toISOString()).to.equal('2031-01-01T00:00:00.000Z');
        expect(result.warnings).to.deep.equal([]);
      },
    },
    {
      code: 'ok',
      what: 'a token without an end',
      fields: { token_id: '8' },
      expect: (result) => expect(result.expiresAt).to.equal(null),
    },
    {
      code: 'ok',
      what: 'one of several tokens, nobody knows which',
      fields: { token_id: undefined },
      expect: (result) => expect(result.expiresAt).to.equal(undefined),
    },
    {
      code: 'ok',
      what: 'a token of an administrator',
      state: 'admin',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']),
    },
    { code: 'ok', what: 'a server that hides its version', state: 'hidden' },
    {
      code: 'ok',
      what: 'a server that tells neither permissions nor user',
      state: 'old',
      expect: (result) => expect(result.identity).to.equal('service account in Main Org.'),
    },
    {
      code: 'ok',
      what: 'an old server that does not show its organization',
      state: 'old_closed',
      expect: (result) => {
        expect(result.identity).to.equal('service account');
        expect(result.warnings.map(({ code }) => code)).to.deep.equal(['partly_unproven']);
      },
    },
    { code: 'not_this_service', what: 'a server that has neither call', state: 'gone' },
    {
      code: 'ok',
      what: 'a token that may do nothing',
      state: 'empty',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['no_acl']),
    },
    {
      code: 'ok',
      what: 'a server that fails after the proof',
      state: 'half',
      expect: (result) => expect(result.permissions).to.include('dashboards:read'),
    },
    {
      code: 'ok',
      what: 'a token that may not see itself',
      state: 'viewer',
      expect: (result) => expect(result.expiresAt).to.equal(undefined),
    },
    { code: 'ok', what: 'a good token where strangers may look', state: 'anonymous' },
    {
      code: 'invalid_credential',
      what: 'a wrong token where strangers may look',
      state: 'anonymous',
      fields: { token: 'glsa_wrong_00000000' },
    },
    { code: 'no_auth_required', what: 'a proxy that signs everybody in', state: 'open' },
    { code: 'ok', what: 'a user with a password', fields: basic(grafanaUser.password) },
    { code: 'invalid_credential', what: 'a wrong password', fields: basic('Wrong-Horse-9') },
    {
      code: 'invalid_credential',
      what: 'a wrong token',
      fields: { token: grafanaToken.replace('Zx', 'zX') },
    },
    {
      code: 'invalid_credential',
      what: 'a wrong token at an old server',
      state: 'old',
      fields: { token: grafanaToken.replace('Zx', 'zX') },
    },
    { code: 'invalid_credential', what: 'a revoked token', state: 'revoked' },
    { code: 'invalid_credential', what: 'a token of another organization', fields: { org_id: '2' } },
    { code: 'expired', what: 'a token whose time is over', state: 'expired' },
    { code: 'insufficient_permission', what: 'a token that may not ask', state: 'no_right' },
    {
      code: 'misconfigured',
      what: 'a Grafana Cloud token',
      fields: { token: 'glc_eyJvIjoiMTIzNDU2IiwibiI6ImJyb2tlciJ9' },
    },
  ],
  gateway: {
    wrong: { token: grafanaToken.replace('Zx', 'zX') },
    open: { state: 'open' },
    noScope: { state: 'no_right' },
  },
  notApplicable: {
    mfa_required: 'a token needs no second factor, and Grafana has none for passwords of its own',
    quota_exhausted: 'Grafana counts no calls',
    clock_skew: 'nothing is signed with a time',
  },
};
