import type { FieldValues } from '../domain/credentials/fields.js';
import type { Connector } from '../domain/services/connector.js';
import {
  headerOf,
  type OutboundAnswer,
  OutboundFailure,
  type Probe,
  type TlsChoice,
} from '../domain/testing/outbound.js';
import { ended, serviceText, type TestVerdict, type TestWarning } from '../domain/testing/testResult.js';
import { endOfCertificate, privateKey } from './common/certificate.js';
import { HOST, pastedUrl } from './common/pastedUrl.js';
import {
  baseUrl,
  inner,
  jsonObject,
  maybeJson,
  needed,
  notAllowed,
  notThisService,
  setting,
} from './common/probing.js';
import { refusedOrExpired } from './common/proof.js';
import { isOpen } from './common/stranger.js';
import {
  brokerTlsDestinationFields,
  brokerTlsFields,
  clientCertificateFields,
  tlsOf,
  tlsRules,
  withoutClientCertificate,
} from './common/tlsFields.js';
import { type Voice, verdict } from './common/voice.js';
import { rulesOf } from './fieldRules.js';

/** Docker Engine over TLS, as a member of a swarm: what `~/.docker` holds. */
export const dockerSwarm: Connector = {
  serviceType: 'docker_swarm',
  template: {
    service_type: 'docker_swarm',
    title: 'Docker Swarm',
    docs_url: 'https://docs.docker.com/engine/security/protect-access/',
    required_fields: [
      { name: 'host', type: 'text', label: 'Host' },
      { name: 'client_cert_pem', type: 'multiline', label: 'Client certificate (cert.pem)' },
      { name: 'client_key_pem', type: 'secret_text', label: 'Client key (key.pem)' },
    ],
    optional_fields: [
      { name: 'port', type: 'integer', label: 'Port', default: '2376' },
      ...clientCertificateFields.filter(({ name }) => name === 'client_key_passphrase'),
      ...brokerTlsFields,
      {
        name: 'ca_key_pem',
        type: 'secret_text',
        label: 'CA key',
        help: 'Only for issuing new client certificates; its holder is root on every host.',
      },
    ],
    paste_forms: [
      {
        field: 'host',
        pattern: `^(?:export\\s+)?(?:DOCKER_HOST=)?["']?tcp://${HOST}/?["']?$`,
        into: ['host', 'port'],
      },
      { field: 'host', ...pastedUrl() },
      // What `docker context inspect` shows.
      { field: 'host', pattern: `"Host"\\s*:\\s*"(?:tcp|https)://${HOST}/?"`, into: ['host', 'port'] },
    ],
  },
  // Without TLS, which the test reports as open to everyone.
  ports: [2375],
  destinationFields: ['host', 'port', ...brokerTlsDestinationFields],
  steersNothing: ['client_cert_pem'],
  rules: rulesOf({
    ...tlsRules,
    ca_key_pem: (text) => (privateKey(text) === undefined ? 'must be a private key in PEM form' : undefined),
  }),
  envNames: { DOCKER_SWARM_HOST: 'host', DOCKER_SWARM_PORT: 'port' },
  envAliases: {},
  test: testDocker,
  guide: {
    create: [
      'On the host: create a separate CA, a server certificate for dockerd --tlsverify, and a client certificate with the usage clientAuth.',
      'Store ca.pem as ca_cert_pem with tls_mode custom_ca, cert.pem and key.pem as the client’s.',
    ],
    permissions: 'Docker has no permissions: this certificate gives root on the host.',
    test: 'Connects without the certificate, which must fail, then pings and reads the state of the swarm; never the join tokens.',
  },
};

const NAME = 'Docker';

interface Daemon {
  probe: Probe;
  url: URL;
  tls: TlsChoice;
}

async function testDocker(values: FieldValues, probe: Probe): Promise<TestVerdict> {
  const url = baseUrl(needed(values, 'host'), { port: setting(values, 'port') ?? '2376' });
  const tls = tlsOf(values);
  const daemon = { probe, url, tls };
  if (await opensWithout({ ...daemon, tls: withoutClientCertificate(tls) })) return OPEN;
  const expiresAt = endOfCertificate(needed(values, 'client_cert_pem'));
  await refusedOrExpired(expiresAt, probe.now(), async () => isDocker(await get(daemon, '_ping')));
  const info = jsonObject(await good(daemon, 'info'), NAME);
  const swarm = inner(info, 'Swarm');
  const version = serviceText(info['ServerVersion'], 40);
  const role = swarm['ControlAvailable'] === true ? 'manager' : 'worker';
  const identity = `${serviceText(info['Name'], 80) || url.hostname} (${role})`;
  const known = { identity, version, ...(expiresAt === undefined ? {} : { expiresAt }) };
  if (swarm['LocalNodeState'] !== 'active') return { ...NO_SWARM, ...known };
  return {
    code: 'ok',
    advice: `Signed in to ${NAME} ${version} on ${identity}.`,
    ...known,
    warnings: [ROOT, ...roleWarnings(role)],
  };
}

const ROOT: TestWarning = {
  code: 'over_privileged',
  text: 'Docker has no permissions: the holder of this certificate is root on the host. Give it a short lifetime and few readers.',
};
const OPEN: TestVerdict = {
  code: 'no_auth_required',
  advice:
    'The daemon answers without a certificate: anyone on the network is root there; start it with --tlsverify.',
};
const NO_SWARM: TestVerdict = {
  code: 'insufficient_permission',
  advice:
    'The certificate works, but this host is not an active member of a swarm; join it to one, or use the address of a manager.',
};

/** True when no certificate is needed, or where the port speaks no TLS at all. */
async function opensWithout(daemon: Daemon): Promise<boolean> {
  const { url } = daemon;
  const question = { voice: VOICE, url, certificate: true, isAnswer: isPong };
  try {
    return await isOpen({ ...question, bare: () => get(daemon, '_ping') });
  } catch (error) {
    if (error instanceof OutboundFailure && error.reason === 'no_tls')
      return answersInTheClear(daemon, error);
    throw error;
  }
}

async function answersInTheClear(daemon: Daemon, noTls: OutboundFailure): Promise<boolean> {
  const url = new URL(daemon.url.href.replace(/^https:/, 'http:'));
  const answer = await get({ ...daemon, url }, '_ping');
  if (answer.status === 200 && isPong(answer)) return true;
  throw noTls;
}

const isPong = (answer: OutboundAnswer) =>
  answer.body.trim() === 'OK' && headerOf(answer, 'api-version') !== '';

function isDocker(answer: OutboundAnswer): void {
  refuse(answer);
  if (!isPong(answer)) throw notThisService(NAME);
}

/** The daemon itself refuses in the TLS handshake; what it refuses by HTTP was decided by one of its plug-ins. */
const VOICE: Voice = {
  service: NAME,
  says: (answer) => {
    const message = serviceText(maybeJson(answer)?.['message'], 300);
    if (/authorization denied by plugin/i.test(message)) return notAllowed(NAME);
    return answer.status >= 400 && message !== '' && headerOf(answer, 'api-version') !== ''
      ? 'own'
      : undefined;
  },
};

function refuse(answer: OutboundAnswer): void {
  const wrong = verdict(answer, VOICE);
  if (wrong !== undefined) throw ended(wrong.code, wrong.advice, wrong);
}

async function good(daemon: Daemon, path: string): Promise<OutboundAnswer> {
  const answer = await get(daemon, path);
  refuse(answer);
  return answer;
}

const get = ({ probe, url, tls }: Daemon, path: string): Promise<OutboundAnswer> =>
  probe.send({ method: 'GET', url: new URL(path, url), tls });

function roleWarnings(role: string): TestWarning[] {
  if (role === 'manager') return [];
  const text = 'This host is a worker: services of the swarm can only be managed through a manager.';
  return [{ code: 'partly_unproven', text }];
}
