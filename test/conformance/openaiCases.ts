import { expect } from 'chai';
import { openaiKey, startOpenai } from '../simulators/openai.js';
import type { ServiceCases } from './serviceCases.js';

export const openaiCases: ServiceCases = {
  serviceType: 'openai',
  simulator: startOpenai,
  addressField: 'base_url',
  fields: ({ url }) => ({ api_key: openaiKey, base_url: `${url}/v1` }),
  cases: () => [
    {
      code: 'ok',
      what: 'a good key',
      expect: (result) => {
        expect(result.identity).to.equal('service-account key of org-lab');
        expect(result.models).to.deep.equal(['gpt-4', 'gpt-6-sol']);
        expect(result.warnings).to.deep.equal([]);
      },
    },
    {
      code: 'ok',
      what: 'a default model that the key may not use',
      fields: { model: 'gpt-3.5-turbo' },
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['partly_unproven']),
    },
    { code: 'invalid_credential', what: 'a wrong key', fields: { api_key: openaiKey.replace('Qm9', 'qM0') } },
    { code: 'insufficient_permission', what: 'a key without the scope to list models', state: 'no_scope' },
    { code: 'insufficient_permission', what: 'a key of nobody’s organization', state: 'not_member' },
    { code: 'insufficient_permission', what: 'another organization', fields: { organization: 'org-other' } },
    { code: 'quota_exhausted', what: 'no money left', state: 'spent' },
    { code: 'rate_limited', what: 'a wish to slow down', state: 'slow_down' },
    { code: 'misconfigured', what: 'a key with a blank in it', fields: { api_key: 'sk-half and half' } },
  ],
  gateway: {
    wrong: { api_key: openaiKey.replace('Qm9', 'qM0') },
    open: { state: 'open' },
    noScope: { state: 'no_scope' },
  },
  notApplicable: {
    expired: 'OpenAI tells an ended key like a wrong one',
    mfa_required: 'a key needs no second factor',
    clock_skew: 'nothing is signed with a time',
  },
};
