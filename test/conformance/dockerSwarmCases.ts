import { expect } from 'chai';
import { startRealDocker } from '../real/dockerd.js';
import { dockerClient, endedClient, foreignClient, startDocker } from '../simulators/dockerSwarm.js';
import type { ServiceCases } from './serviceCases.js';

const foreign = { client_cert_pem: foreignClient.cert, client_key_pem: foreignClient.key };
let openPort = 0;

export const dockerSwarmCases: ServiceCases = {
  serviceType: 'docker_swarm',
  simulator: async () => {
    const simulator = await startDocker();
    openPort = simulator.openPort;
    return simulator;
  },
  addressField: 'host',
  fields: ({ port }) => ({
    host: `127.0.0.1:${port}`,
    client_cert_pem: dockerClient.cert,
    client_key_pem: dockerClient.key,
  }),
  cases: () => [
    {
      code: 'ok',
      what: 'a certificate that the daemon knows',
      expect: (result) => {
        expect(result.identity).to.equal('swarm01 (manager)');
        expect(result.version).to.equal('27.3.1');
        expect(result.expiresAt?.toISOString()).to.equal('2049-12-31T23:59:59.000Z');
        // Docker has no lesser right than root.
        expect(result.warnings.map(({ code }) => code)).to.deep.equal(['over_privileged']);
      },
    },
    {
      code: 'ok',
      what: 'a worker of the swarm',
      state: 'worker',
      expect: (result) => expect(result.warnings.map(({ code }) => code)).to.include('partly_unproven'),
    },
    { code: 'invalid_credential', what: 'a certificate of another authority', fields: foreign },
    {
      code: 'expired',
      what: 'a certificate whose time is over',
      fields: { client_cert_pem: endedClient.cert, client_key_pem: endedClient.key },
      expect: (result) => expect(result.advice).to.include('2019-12-31'),
    },
    { code: 'insufficient_permission', what: 'a host outside of any swarm', state: 'no_swarm' },
    { code: 'insufficient_permission', what: 'a plug-in that says no', state: 'forbidden' },
    { code: 'no_auth_required', what: 'a daemon that is open', fields: { host: `127.0.0.1:${openPort}` } },
    { code: 'misconfigured', what: 'a key that is none', fields: { client_key_pem: 'not a key' } },
    {
      code: 'misconfigured',
      what: 'a key of another certificate',
      fields: { client_key_pem: foreignClient.key },
    },
  ],
  gateway: {
    wrong: foreign,
    // A gateway knows no foreign certificate and passes nothing on.
    refusal: 'foreign',
    behind: async () => {
      const simulator = await startDocker({ strictly: false });
      openPort = simulator.openPort;
      return simulator;
    },
    carries: (_, known) => known,
    mutual: async () => {
      const simulator = await startDocker();
      return { simulator, fields: { host: `127.0.0.1:${simulator.port}` }, wrong: foreign };
    },
    get open() {
      return { fields: { host: `127.0.0.1:${openPort}` } };
    },
    noScope: { state: 'forbidden' },
  },
  notApplicable: {
    mfa_required: 'a certificate needs no second factor',
    quota_exhausted: 'Docker counts no calls',
    clock_skew: 'nothing is signed with a time',
  },
  real: {
    name: 'dockerd (Debian)',
    start: startRealDocker,
    cases: ({ more }) => [
      {
        code: 'ok',
        what: 'a manager',
        expect: (result) => {
          expect(result.identity).to.match(/\(manager\)$/);
          expect(JSON.stringify(result)).to.not.include('SWMTKN');
        },
      },
      { code: 'invalid_credential', what: 'a certificate of another authority', fields: foreign },
      {
        code: 'tls_error',
        what: 'an unknown authority',
        fields: { ca_cert_pem: foreignClient.cert },
      },
      {
        code: 'insufficient_permission',
        what: 'a host outside of any swarm',
        fields: { host: more['alone'] },
      },
      {
        code: 'no_auth_required',
        what: 'a daemon without certificates',
        fields: { host: more['open'] },
      },
    ],
  },
};
