import { expect } from 'chai';
import { otherKey, startOther } from '../simulators/other.js';
import type { ServiceCases } from './serviceCases.js';

export const otherCases: ServiceCases = {
  serviceType: 'other',
  simulator: startOther,
  addressField: 'test_url',
  fields: ({ url }) => ({
    api_key: otherKey,
    test_url: `${url}/v2/account?full=1`,
    test_headers: 'X-Api-Key: {api_key}\nX-Kind: lab',
  }),
  cases: () => [
    {
      code: 'ok',
      what: 'a key in a header',
      expect: (result) => expect(result.identity).to.match(/^127\.0\.0\.1:\d+$/),
    },
    {
      code: 'ok',
      what: 'a name and a password',
      fields: { user: 'anna', test_headers: 'Authorization: Basic {base64:user:api_key}\nX-Kind: lab' },
    },
    { code: 'ok', what: 'a status of its own', fields: { test_status: '218' }, state: 'teapot' },
    { code: 'invalid_credential', what: 'a wrong key', fields: { api_key: 'key-of-tests-9876543210' } },
    { code: 'insufficient_permission', what: 'a key that may not', state: 'forbidden' },
    { code: 'no_auth_required', what: 'a service that is open', state: 'open' },
    {
      code: 'not_this_service',
      what: 'another status than the expected one',
      fields: { test_status: '201' },
    },
    { code: 'misconfigured', what: 'no secret in the request', fields: { test_headers: 'X-Kind: lab' } },
    {
      code: 'misconfigured',
      what: 'a field that is not there',
      fields: { test_headers: 'X-Api-Key: {token}' },
    },
    { code: 'misconfigured', what: 'a line that is no header', fields: { test_headers: '{api_key}' } },
    { code: 'misconfigured', what: 'no test', fields: { test_url: undefined } },
  ],
  // Nothing marks the answers of an unknown service: what comes without a sign-in is open.
  otherAnswers: 'no_auth_required',
  gateway: {
    wrong: { api_key: 'key-of-tests-9876543210' },
    open: { state: 'open' },
    noScope: { state: 'forbidden' },
  },
  notApplicable: {
    expired: 'what a foreign service says of it is not known',
    mfa_required: 'what a foreign service says of it is not known',
    quota_exhausted: 'what a foreign service says of it is not known',
    clock_skew: 'nothing is signed with a time',
  },
};
