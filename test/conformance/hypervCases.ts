import { expect } from 'chai';
import { startRealWinrm } from '../real/winrm.js';
import { hypervUser, startHyperv } from '../simulators/hyperv.js';
import type { ServiceCases } from './serviceCases.js';

const basic = { auth_method: 'basic', user: hypervUser.name };

export const hypervCases: ServiceCases = {
  serviceType: 'hyperv',
  simulator: startHyperv,
  addressField: 'host',
  fields: ({ port }) => ({
    host: `127.0.0.1:${port}`,
    user: `${hypervUser.domain}\\${hypervUser.name}`,
    password: hypervUser.password,
    auth_method: 'ntlm',
  }),
  cases: () => [
    {
      code: 'ok',
      what: 'a user by NTLM',
      expect: (result) => {
        expect(result.identity).to.equal('HVHOST\\broker');
        expect(result.version).to.equal('OS: 10.0.26100 SP: 0.0 Stack: 3.0');
        expect(result.advice).to.include('2 virtual machines');
      },
    },
    {
      code: 'ok',
      what: 'rows that name their class',
      state: 'whole',
      expect: (result) => expect(result.advice).to.include('2 virtual machines'),
    },
    {
      code: 'ok',
      what: 'a user who sees neither host nor machines',
      state: 'nothing',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['no_acl']),
    },
    {
      code: 'ok',
      what: 'a host that wants its rows fetched',
      state: 'later',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['partly_unproven']),
    },
    { code: 'ok', what: 'a listener that tells strangers nothing', state: 'silent' },
    { code: 'ok', what: 'a gateway that refuses strangers in its own way', state: 'proxied' },
    { code: 'ok', what: 'a name without its domain', fields: { user: hypervUser.name } },
    { code: 'ok', what: 'a local user by Basic', fields: basic },
    {
      code: 'invalid_credential',
      what: 'a wrong password',
      fields: { password: 'Wrong-Horse-13' },
      expect: (result) => expect(result.advice).to.not.match(/Relaxed|CbtHardening/),
    },
    { code: 'invalid_credential', what: 'an unknown user', fields: { user: 'HVHOST\\nobody' } },
    {
      code: 'invalid_credential',
      what: 'a wrong password by Basic',
      fields: { ...basic, password: 'Wrong-Horse-13' },
    },
    { code: 'insufficient_permission', what: 'a user who may not see Hyper-V', state: 'no_right' },
    { code: 'not_this_service', what: 'a host without Hyper-V', state: 'no_role' },
    { code: 'misconfigured', what: 'a listener without Basic', state: 'no_basic', fields: basic },
    { code: 'misconfigured', what: 'a listener without NTLM', state: 'no_ntlm' },
    { code: 'misconfigured', what: 'a listener in the clear', state: 'plain' },
    { code: 'service_error', what: 'a fault of the host', state: 'odd_fault' },
  ],
  gateway: {
    wrong: { password: 'Wrong-Horse-13' },
    open: { state: 'open' },
    noScope: { state: 'no_right' },
  },
  notApplicable: {
    expired: 'Windows tells an ended password like a wrong one',
    mfa_required: 'NTLM knows name and password only',
    quota_exhausted: 'WinRM counts no calls of the test',
    clock_skew: 'the host tells its own time first',
  },
  real: {
    name: 'Apache with gss-ntlmssp',
    start: startRealWinrm,
    cases: () => [
      {
        code: 'ok',
        what: 'a user by NTLM',
        expect: (result) => expect(result.version).to.equal('OS: 10.0.1 SP: 0.0 Stack: 3.0'),
      },
      { code: 'invalid_credential', what: 'a wrong password', fields: { password: 'Wrong-Horse-13' } },
      { code: 'invalid_credential', what: 'an unknown user', fields: { user: 'HVHOST\\nobody' } },
    ],
  },
};
