import { expect } from 'chai';
import { anthropicKey, startAnthropic } from '../simulators/anthropic.js';
import type { ServiceCases } from './serviceCases.js';

export const anthropicCases: ServiceCases = {
  serviceType: 'anthropic',
  simulator: startAnthropic,
  addressField: 'base_url',
  fields: ({ url }) => ({ api_key: anthropicKey, base_url: url, model: 'claude-opus-5-5' }),
  cases: ({ url }) => [
    { code: 'ok', what: 'an address that ends in /v1 already', fields: { base_url: `${url}/v1` } },
    {
      code: 'ok',
      what: 'a good key',
      expect: (result) => {
        expect(result.identity).to.equal('API key of org-1234');
        expect(result.models).to.deep.equal(['claude-opus-5-5', 'claude-haiku-5-5']);
        expect(result.warnings).to.deep.equal([]);
      },
    },
    {
      code: 'ok',
      what: 'a default model that is gone',
      fields: { model: 'claude-3-opus' },
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['partly_unproven']),
    },
    {
      code: 'invalid_credential',
      what: 'a wrong key',
      fields: { api_key: anthropicKey.replace('Qb7', 'qB7') },
    },
    {
      code: 'invalid_credential',
      what: 'an admin key',
      fields: { api_key: 'sk-ant-admin01-abcdefghijkl' },
      expect: (result) => expect(result.advice).to.include('admin key'),
    },
    { code: 'invalid_credential', what: 'a key that was switched off', state: 'disabled' },
    { code: 'insufficient_permission', what: 'a key of another workspace', state: 'no_right' },
    { code: 'quota_exhausted', what: 'a payment problem', state: 'billing' },
    { code: 'quota_exhausted', what: 'a spend limit told as 429', state: 'spend_limit' },
    { code: 'quota_exhausted', what: 'a spend limit of one’s own, told as 400', state: 'own_limit' },
    { code: 'rate_limited', what: 'a limit on growth', state: 'ramp' },
    { code: 'service_error', what: 'too much load there', state: 'overloaded' },
    { code: 'misconfigured', what: 'a key with a blank in it', fields: { api_key: 'sk-ant-half and half' } },
  ],
  gateway: {
    wrong: { api_key: anthropicKey.replace('Qb7', 'qB7') },
    open: { state: 'open' },
    noScope: { state: 'no_right' },
  },
  notApplicable: {
    expired: 'Anthropic tells an ended key like a wrong one',
    mfa_required: 'a key needs no second factor',
    clock_skew: 'nothing is signed with a time',
  },
};
