import { expect } from 'chai';
import { googleHosts, googleKeyFile, otherGoogleKey, startGoogle } from '../simulators/googleCloud.js';
import type { ConformanceCase, ServiceCases } from './serviceCases.js';

const damaged = (what: string, file: string): ConformanceCase => ({
  code: 'misconfigured',
  what,
  fields: { service_account_json: file },
  expect: (result) => expect(result.contacted).to.deep.equal([]),
});

export const googleCloudCases: ServiceCases = {
  serviceType: 'google_cloud',
  simulator: startGoogle,
  fixedHosts: googleHosts,
  fields: () => ({ service_account_json: googleKeyFile() }),
  cases: () => [
    {
      code: 'ok',
      what: 'a good key',
      expect: (result) => {
        expect(result.identity).to.equal('broker@lab-project.iam.gserviceaccount.com');
        expect(result.warnings).to.deep.equal([]);
        expect(result.expiresAt).to.equal(undefined);
      },
    },
    {
      code: 'ok',
      what: 'an account that may list its keys',
      state: 'keys',
      expect: (result) => expect(result.expiresAt?.toISOString()).to.equal('2031-01-01T00:00:00.000Z'),
    },
    {
      code: 'ok',
      what: 'a key without an end',
      state: 'endless',
      expect: (result) => expect(result.expiresAt).to.equal(null),
    },
    {
      code: 'ok',
      what: 'an account without a role on the project',
      state: 'no_role',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['no_acl']),
    },
    {
      code: 'ok',
      what: 'an account that may give out roles',
      state: 'owner',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']),
    },
    ...['api_off', 'flaky'].map(
      (state): ConformanceCase => ({
        code: 'ok',
        what: `a project that can’t be asked about (${state})`,
        state,
        expect: (result) =>
          expect(result.warnings.map(({ code }) => code)).to.deep.equal(['partly_unproven']),
      }),
    ),
    { code: 'misconfigured', what: 'a request that Google does not take', state: 'bad_request' },
    {
      code: 'invalid_credential',
      what: 'a key that was deleted',
      fields: { service_account_json: googleKeyFile({ private_key: otherGoogleKey() }) },
    },
    {
      code: 'invalid_credential',
      what: 'an account that is gone',
      fields: {
        service_account_json: googleKeyFile({ client_email: 'gone@lab-project.iam.gserviceaccount.com' }),
      },
    },
    { code: 'invalid_credential', what: 'a disabled account', state: 'disabled' },
    { code: 'insufficient_permission', what: 'scopes that it may not ask for', state: 'scope' },
    { code: 'clock_skew', what: 'a clock that is two hours off', state: 'late' },
    damaged('another token address', googleKeyFile({ token_uri: 'https://evil.example/token' })),
    damaged('a key file of a user', googleKeyFile({ type: 'authorized_user' })),
    damaged('a key that is none', googleKeyFile({ private_key: 'none' })),
    damaged('half a file', googleKeyFile().slice(0, 100)),
  ],
  gateway: {
    wrong: { service_account_json: googleKeyFile({ private_key: otherGoogleKey() }) },
    open: 'its addresses are Google’s own',
    noScope: { state: 'scope' },
  },
  notApplicable: {
    expired: 'Google tells an ended key like a deleted one',
    mfa_required: 'service accounts have no second factor',
    quota_exhausted: 'signing in has no quota',
    no_auth_required: 'no call of the test is open',
  },
};
