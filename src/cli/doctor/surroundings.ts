import { statSync } from 'node:fs';
import { nearMiss } from '../../domain/credentials/nearMiss.js';
import { loadSession } from '../client/session.js';
import { type DoctorCheck, fail, ok, warn } from './doctorCheck.js';

const OURS = [
  'GLASSDOME_BROKER_URL',
  'GLASSDOME_BROKER_TOKEN',
  'GLASSDOME_BROKER_TOKEN_FILE',
  'GLASSDOME_BROKER_CLIENT_ID',
  'GLASSDOME_BROKER_CLIENT_SECRET',
  'GLASSDOME_BROKER_CLIENT_SECRET_FILE',
  'GLASSDOME_BROKER_CA_FILE',
  'GLASSDOME_BROKER_SESSION_FILE',
  'GLASSDOME_BROKER_ALLOW_PLAIN_HTTP',
];
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];

const isSet = (name: string) => (process.env[name] ?? '') !== '';

/** Variables that do not have the effect that one may expect. Names only. */
export function lookAtVariables(): DoctorCheck[] {
  const findings = Object.keys(process.env)
    .filter((name) => name.startsWith('GLASSDOME_BROKER_') && !OURS.includes(name))
    .map((name) => unknownVariable(name));
  for (const name of ['GLASSDOME_BROKER_TOKEN', 'GLASSDOME_BROKER_CLIENT_SECRET']) {
    if (!isSet(name) || !isSet(`${name}_FILE`)) continue;
    findings.push(warn('Variables', `${name}_FILE wins over ${name}`, `Unset one of them: unset ${name}`));
  }
  if (
    (isSet('GLASSDOME_BROKER_TOKEN') || isSet('GLASSDOME_BROKER_TOKEN_FILE')) &&
    isSet('GLASSDOME_BROKER_CLIENT_ID')
  )
    findings.push(
      warn(
        'Variables',
        'the token takes precedence over the service account',
        'Unset GLASSDOME_BROKER_TOKEN to use the service account.',
      ),
    );
  const word = process.env['GLASSDOME_BROKER_ALLOW_PLAIN_HTTP'] ?? '';
  if (!/^(|1|true|yes|0|false|no)$/i.test(word))
    findings.push(
      warn(
        'Variables',
        'GLASSDOME_BROKER_ALLOW_PLAIN_HTTP is neither true nor false and is read as false',
        'Set it to true or false.',
      ),
    );
  if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
    findings.push(
      fail(
        'Variables',
        'NODE_TLS_REJECT_UNAUTHORIZED=0 disables certificate verification',
        'Unset it, and set GLASSDOME_BROKER_CA_FILE to the CA of the broker.',
      ),
    );
  return findings.length > 0 ? findings : [ok('Variables', setOnes())];
}

function unknownVariable(name: string): DoctorCheck {
  const meant = nearMiss(name, OURS);
  const wayOut = meant === undefined ? `unset ${name}` : `Did you mean ${meant}?`;
  return warn('Variables', `${name} is not a known variable`, wayOut);
}

function setOnes(): string {
  const names = OURS.filter(isSet);
  return names.length === 0 ? 'none set, which is fine' : names.join(', ');
}

/** This program connects directly, whatever they say. */
export function lookAtProxies(server: URL | undefined): DoctorCheck {
  const names = PROXIES.filter(isSet);
  const local = server !== undefined && /^(localhost|127\.|\[::1\])/.test(server.hostname);
  if (names.length === 0) return ok('Proxies', 'none set');
  const text = `${names.join(', ')} set; this program does not use them`;
  return local
    ? ok('Proxies', text)
    : warn('Proxies', text, 'Make sure that the broker is reachable without a proxy.');
}

/** The kept login lets anybody in who can read it. */
export function lookAtSession(file: string, server: URL | undefined): DoctorCheck {
  const what = 'Session file';
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return ok(what, `${file} does not exist: nobody has logged in with a password`);
  const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
  if ((stat.mode & 0o077) !== 0)
    return fail(what, `${file} is readable by others (${mode})`, `chmod 600 ${file}, and log in again`);
  if (stat.uid !== process.getuid?.())
    return fail(what, `${file} belongs to another user`, `Remove it and log in again: glassdome login`);
  const session = loadSession(file);
  if (session === undefined)
    return warn(what, `${file} contains no readable login`, 'Log in again: glassdome login');
  if (server !== undefined && session.server !== server.origin)
    return warn(
      what,
      `${file} belongs to a login at ${session.server}, not at ${server.origin}`,
      `glassdome login --server ${server.origin}`,
    );
  return ok(what, `${file} (${mode}), ${session.username} at ${session.server}`);
}
