import { expect } from 'chai';
import { startRealVcsim } from '../real/vcsim.js';
import { startVmware, vmwareSessions, vmwareUser } from '../simulators/vmware.js';
import type { ServiceCases } from './serviceCases.js';

export const vmwareCases: ServiceCases = {
  serviceType: 'vmware',
  simulator: startVmware,
  addressField: 'host',
  fields: ({ port }) => ({ host: `127.0.0.1:${port}`, user: vmwareUser.name, password: vmwareUser.password }),
  cases: () => [
    {
      code: 'ok',
      what: 'a user with his password',
      expect: (result) => {
        expect(result.identity).to.equal('VSPHERE.LOCAL\\broker');
        expect(result.version).to.equal('8.0.3 build 24022510');
        expect(result.warnings).to.deep.equal([]);
        expect(vmwareSessions.open, 'sessions left open').to.equal(0);
      },
    },
    {
      code: 'ok',
      what: 'a host that is not of the kind that was stored',
      fields: { endpoint_kind: 'vcenter' },
      state: 'esxi',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.deep.equal(['unusual_form']),
    },
    { code: 'ok', what: 'a host that does not let us out again', state: 'no_logout' },
    { code: 'invalid_credential', what: 'a wrong password', fields: { password: 'Wrong-Horse-7' } },
    { code: 'invalid_credential', what: 'an unknown user', fields: { user: 'nobody@vsphere.local' } },
    { code: 'expired', what: 'a password whose time is over', state: 'expired' },
    { code: 'insufficient_permission', what: 'a user without a role', state: 'no_permission' },
    { code: 'insufficient_permission', what: 'a licence that refuses the API', state: 'license' },
  ],
  gateway: {
    wrong: { password: 'Wrong-Horse-7' },
    open: { state: 'open' },
    noScope: { state: 'no_permission' },
  },
  notApplicable: {
    mfa_required: 'SOAP knows name and password only',
    quota_exhausted: 'vSphere counts no calls',
    clock_skew: 'nothing is signed with a time',
  },
  real: {
    name: 'vcsim (vCenter and ESXi)',
    start: startRealVcsim,
    cases: ({ more }) => [
      {
        code: 'ok',
        what: 'a user of a vCenter',
        expect: (result) => expect(result.identity).to.equal(vmwareUser.name),
      },
      { code: 'ok', what: 'a user of an ESXi host', fields: { host: more['esxi'] } },
      { code: 'invalid_credential', what: 'a wrong password', fields: { password: 'Wrong-Horse-7' } },
      { code: 'invalid_credential', what: 'an unknown user', fields: { user: 'nobody', host: more['esxi'] } },
      {
        code: 'tls_error',
        what: 'an unknown authority',
        fields: { tls_mode: 'system', ca_cert_pem: undefined },
      },
    ],
  },
};
