import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { packageVersion } from '../../config/packageFiles.js';
import { DAY_MS } from '../../domain/time/units.js';
import { ApiError } from '../client/apiError.js';
import type { Cli } from '../client/cli.js';
import { CliError, EXIT } from '../exitCodes.js';
import { cell } from '../terminal/output.js';
import { readText } from '../terminal/readText.js';
import { type DoctorCheck, fail, ok, warn } from './doctorCheck.js';
import { notReady } from './notReady.js';

const CERTIFICATE_WARN_DAYS = 14;
/** Tokens live ten minutes; a clock further off than this is soon trouble. */
const CLOCK_WARN_S = 30;
const CLOCK_FAIL_S = 300;
const TLS_MS = 5_000;

/** From the connection up to who we are there; stops where the next question would have no answer. */
export async function lookAtBroker(cli: Cli): Promise<DoctorCheck[]> {
  const begun = Date.now();
  let date: string | null;
  try {
    const answer = await cli.api.call<{ status?: unknown }>('/livez');
    date = answer.date;
    if (answer.body?.status !== 'ok') return [stranger(cli)];
  } catch (error) {
    if (error instanceof ApiError) return [stranger(cli)];
    if (!(error instanceof CliError)) throw error;
    return [fail('Broker', error.message, error.hint ?? 'Start it, or set another address: --server')];
  }
  const took = Date.now() - begun;
  return [
    ok('Broker', `${cli.api.server.origin} answers in ${took} ms`),
    await encryption(cli),
    await version(cli),
    await readiness(cli),
    clock(date, begun + took / 2),
    await identity(cli),
  ];
}

const stranger = (cli: Cli) =>
  fail(
    'Broker',
    `A server answers at ${cli.api.server.origin}, but it is not a broker`,
    'Set the address of the broker: --server or GLASSDOME_BROKER_URL',
  );

async function version(cli: Cli): Promise<DoctorCheck> {
  try {
    const { body } = await cli.api.call<{ info?: { version?: string } }>('/openapi.json');
    const [theirs, ours] = [cell(body?.info?.version), packageVersion()];
    return theirs === ours
      ? ok('Version', `${theirs}, same as this program`)
      : warn(
          'Version',
          `the broker is ${theirs}, this program ${ours}`,
          'If a command fails unexpectedly, use the same version.',
        );
  } catch (error) {
    return unexpected('Version', error);
  }
}

async function readiness(cli: Cli): Promise<DoctorCheck> {
  try {
    await cli.api.call('/readyz');
    return ok('Ready', 'Vault and Postgres are available');
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.status !== 503) return unexpected('Ready', error);
    return notReady(error.problem.body);
  }
}

function clock(date: string | null, at: number): DoctorCheck {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return ok('Clock', 'the broker does not send its time');
  // The header has whole seconds.
  const off = Math.round((at - 500 - theirs) / 1000);
  const text = `${Math.abs(off)} s ${off > 0 ? 'ahead of' : 'behind'} the broker`;
  if (Math.abs(off) <= 1) return ok('Clock', 'in sync with the clock of the broker');
  if (Math.abs(off) < CLOCK_WARN_S) return ok('Clock', text);
  const wayOut = 'Synchronize the clocks of both machines (NTP).';
  return Math.abs(off) < CLOCK_FAIL_S ? warn('Clock', text, wayOut) : fail('Clock', text, wayOut);
}

async function identity(cli: Cli): Promise<DoctorCheck> {
  try {
    const { body } = await cli.call<Record<string, unknown>>('/api/auth/me');
    if (body['must_change_password'] === true)
      return fail('Login', 'the password must be changed first', 'Choose a new password: glassdome login');
    return ok('Login', `${cell(body['principal'])}, role ${cell(body['role'])}, by ${waysIn(cli)}`);
  } catch (error) {
    return unexpected('Login', error);
  }
}

function waysIn({ settings }: Cli): string {
  if (settings.token !== undefined) return 'the token of the environment';
  return settings.client !== undefined ? 'the service account of the environment' : 'the stored login';
}

function unexpected(what: string, error: unknown): DoctorCheck {
  if (!(error instanceof CliError)) throw error;
  return fail(what, error.message, error.hint ?? 'Check the log of the broker.');
}

async function encryption({ api, settings }: Cli): Promise<DoctorCheck> {
  if (api.server.protocol === 'http:') {
    return /^(localhost|127\.|\[::1\])/.test(api.server.hostname)
      ? ok('TLS', 'none, and none needed: the broker is on this machine')
      : warn(
          'TLS',
          'none: secrets cross the network unencrypted',
          'Configure a certificate for the broker and use https://',
        );
  }
  const ca =
    settings.caFile === undefined ? {} : { ca: readText(settings.caFile, 'GLASSDOME_BROKER_CA_FILE') };
  const host = api.server.hostname.replace(/^\[|\]$/g, '');
  const socket = connect({
    host,
    port: Number(api.server.port || 443),
    ...(isIP(host) === 0 && { servername: host }),
    ...ca,
  });
  try {
    await secured(socket);
    const ends = new Date(socket.getPeerCertificate().valid_to);
    const days = Math.floor((ends.getTime() - Date.now()) / DAY_MS);
    const text = `${socket.getProtocol()}, certificate until ${ends.toISOString().slice(0, 10)}`;
    return days < CERTIFICATE_WARN_DAYS
      ? warn('TLS', `${text}: ${days} days left`, 'Renew the certificate of the broker.')
      : ok('TLS', text);
  } catch (error) {
    return unexpected('TLS', error);
  } finally {
    socket.destroy();
  }
}

function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (code: string) =>
      reject(new CliError(`no encrypted connection (${code})`, EXIT.unavailable));
    socket.setTimeout(TLS_MS, () => failed('no answer'));
    socket.once('secureConnect', () => resolve());
    socket.once('error', (error: NodeJS.ErrnoException) => failed(error.code ?? 'refused'));
  });
}
