import { expect } from 'chai';
import { proxmoxToken, startProxmox } from '../simulators/proxmox.js';
import type { ServiceCases } from './serviceCases.js';

const byPassword = { auth_method: 'password', password: proxmoxToken.password };

export const proxmoxCases: ServiceCases = {
  serviceType: 'proxmox',
  simulator: startProxmox,
  addressField: 'host',
  fields: ({ port }) => ({
    host: `127.0.0.1:${port}`,
    user: proxmoxToken.user,
    auth_method: 'api_token',
    token_name: proxmoxToken.name,
    token_value: proxmoxToken.secret,
  }),
  cases: () => [
    {
      code: 'ok',
      what: 'a token with rights',
      expect: (result) => {
        expect(result.identity).to.equal('broker@pve!glassdome');
        expect(result.version).to.equal('9.1.6');
        expect(result.permissions).to.include('/ VM.Audit');
        expect(result.warnings).to.deep.equal([]);
        expect(result.expiresAt).to.equal(undefined);
      },
    },
    {
      code: 'ok',
      what: 'a token that signs in and sees nothing',
      state: 'no_acl',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['no_acl']),
    },
    {
      code: 'ok',
      what: 'a token that may do everything and has an end',
      state: 'administrator',
      expect: (result) => {
        expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']);
        expect(result.expiresAt?.toISOString()).to.equal('2031-01-01T00:00:00.000Z');
      },
    },
    {
      code: 'ok',
      what: 'a token that ends in three days',
      state: 'ends_soon',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['expires_soon']),
    },
    {
      code: 'ok',
      what: 'a token without an end',
      state: 'never_ends',
      expect: (result) => expect(result.expiresAt).to.equal(null),
    },
    {
      code: 'ok',
      what: 'a host that fails after it let us in',
      state: 'half',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['partly_unproven']),
    },
    { code: 'ok', what: 'a password', fields: byPassword },
    {
      code: 'ok',
      what: 'a host that is not checked',
      fields: { tls_mode: 'insecure', ca_cert_pem: undefined },
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['tls_insecure']),
    },
    {
      code: 'invalid_credential',
      what: 'a wrong secret',
      fields: { token_value: proxmoxToken.secret.replace('0f', 'ff') },
    },
    {
      code: 'invalid_credential',
      what: 'a wrong secret, told in the older words',
      fields: { token_value: proxmoxToken.secret.replace('0f', 'ff') },
      state: 'old_phrases',
    },
    {
      code: 'invalid_credential',
      what: 'a secret that none of Proxmox can be',
      fields: { token_value: 'glassdome-secret' },
      expect: (result) => expect(result.advice).to.include('not a UUID'),
    },
    { code: 'invalid_credential', what: 'an unknown token', fields: { token_name: 'other' } },
    {
      code: 'invalid_credential',
      what: 'a wrong password',
      fields: { ...byPassword, password: 'Wrong-Horse-7' },
    },
    { code: 'expired', what: 'a token whose time is over', state: 'expired' },
    { code: 'insufficient_permission', what: 'a token that may not ask', state: 'no_right' },
    { code: 'mfa_required', what: 'a user with a second factor', fields: byPassword, state: 'tfa' },
  ],
  gateway: {
    wrong: { token_value: proxmoxToken.secret.replace('0f', 'ff') },
    open: { state: 'open' },
    noScope: { state: 'no_right' },
  },
  notApplicable: {
    quota_exhausted: 'Proxmox counts no calls',
    clock_skew: 'nothing is signed with a time',
  },
};
