import { expect } from 'chai';
import { startRealMoto } from '../real/moto.js';
import { awsKey, startAws } from '../simulators/aws.js';
import type { ServiceCases } from './serviceCases.js';

const role = { assume_role_arn: 'arn:aws:iam::123456789012:role/lab', external_id: 'lab-7' };

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
  notApplicable: {
    mfa_required: 'keys that need a second factor are refused call by call, not when they sign in',
    quota_exhausted: 'asking who one is costs nothing and has no quota',
    no_auth_required: 'nothing is answered without a signature',
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
