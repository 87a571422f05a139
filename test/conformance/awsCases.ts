import { expect } from 'chai';
import { startRealMoto } from '../real/moto.js';
import { awsKey, awsSession, startAws } from '../simulators/aws.js';
import type { ConformanceCase, ServiceCases } from './serviceCases.js';

const role = { assume_role_arn: 'arn:aws:iam::123456789012:role/lab', external_id: 'lab-7' };

const session = { access_key_id: awsSession.id, session_token: awsSession.token };

export const awsCases: ServiceCases = {
  serviceType: 'aws',
  simulator: startAws,
  addressField: 'endpoint_url',
  fields: ({ url }) => ({
    access_key_id: awsKey.id,
    secret_access_key: awsKey.secret,
    region: 'eu-west-1',
    endpoint_url: url,
  }),
  cases: () => [
    {
      code: 'ok',
      what: 'a good key',
      expect: (result) => {
        expect(result.identity).to.equal('arn:aws:iam::123456789012:user/broker');
        expect(result.warnings).to.deep.equal([]);
      },
    },
    {
      code: 'ok',
      what: 'a key of the root user',
      state: 'root',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['root_account']),
    },
    {
      code: 'ok',
      what: 'a key that may do everything',
      state: 'administrator',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']),
    },
    {
      code: 'ok',
      what: 'an endpoint that is STS alone',
      state: 'no_iam',
      expect: (result) => expect(result.warnings).to.deep.equal([]),
    },
    { code: 'ok', what: 'a temporary key with its token', fields: session },
    {
      code: 'invalid_credential',
      what: 'a temporary key without its token',
      fields: { ...session, session_token: undefined },
    },
    {
      code: 'invalid_credential',
      what: 'a temporary key with a token of another',
      fields: { ...session, session_token: awsSession.token.replace('Lab', 'Bal') },
    },
    ...['RegionDisabledException', 'IncompleteSignature', 'ValidationError', 'wrong_region'].map(
      (state): ConformanceCase => ({
        code: 'misconfigured',
        what: `a request that AWS does not take (${state})`,
        state,
      }),
    ),
    { code: 'clock_skew', what: 'a signature that came late', state: 'old_signature' },
    { code: 'ok', what: 'a key that may assume its role', fields: role },
    { code: 'insufficient_permission', what: 'a key that may not', fields: role, state: 'no_role' },
    {
      code: 'insufficient_permission',
      what: 'a wrong external ID',
      fields: { ...role, external_id: 'lab-8' },
    },
    { code: 'invalid_credential', what: 'an unknown key', fields: { access_key_id: 'AKIAIOSFODNN7LABKEY3' } },
    {
      code: 'invalid_credential',
      what: 'a wrong secret',
      fields: { secret_access_key: awsKey.secret.replace('wJ', 'Jw') },
    },
    { code: 'invalid_credential', what: 'an inactive key', state: 'inactive' },
    { code: 'expired', what: 'a temporary key whose time is over', state: 'expired' },
    { code: 'clock_skew', what: 'a clock that is an hour off', state: 'late' },
    {
      code: 'misconfigured',
      what: 'a region that leads to another host',
      fields: { region: 'evil.example/#', endpoint_url: undefined },
      expect: (result) => expect(result.contacted).to.deep.equal([]),
    },
  ],
  gateway: {
    wrong: { secret_access_key: awsKey.secret.replace('wJ', 'Jw') },
    open: { state: 'open' },
    noScope: { state: 'no_role', fields: role },
  },
  notApplicable: {
    mfa_required: 'keys that need a second factor are refused call by call, not when they sign in',
    quota_exhausted: 'asking who one is costs nothing and has no quota',
  },
  real: {
    name: 'moto server',
    start: startRealMoto,
    cases: () => [
      {
        code: 'ok',
        what: 'a good key',
        expect: (result) => expect(result.identity).to.equal('arn:aws:iam::123456789012:user/broker'),
      },
      {
        code: 'invalid_credential',
        what: 'an unknown key',
        fields: { access_key_id: 'AKIAIOSFODNN7LABKEY3' },
      },
      { code: 'invalid_credential', what: 'a wrong secret', fields: { secret_access_key: awsKey.secret } },
      {
        code: 'insufficient_permission',
        what: 'a role that it may not assume',
        fields: { assume_role_arn: 'arn:aws:iam::123456789012:role/other' },
      },
    ],
  },
};
