import { cell } from '../terminal/output.js';
import { type DoctorCheck, fail } from './doctorCheck.js';

type Cause = readonly [text: string, wayOut: string];

/** By part, in the order of the answer of `/readyz`; the words are the broker's. */
const CAUSES: Readonly<Record<string, Readonly<Record<string, Cause>>>> = {
  vault: {
    sealed: ['Vault is sealed', 'Unseal it: vault operator unseal'],
    unreachable: ['Vault cannot be reached', 'Start it, and check VAULT_ADDR of the broker.'],
    frozen: ['Vault does not answer in time', 'Check whether its process is stopped or its disk is full.'],
    standby: ['Vault has no active node', 'Check the cluster: vault operator raft list-peers'],
    uninitialized: ['Vault is not initialized', 'Set it up first: see docs/production/install.md'],
    login_ends: [
      'the login of the broker at Vault has ended or ends within a minute',
      'Write a new secret id into the file of VAULT_SECRET_ID_FILE.',
    ],
  },
  postgres: {
    unreachable: ['Postgres cannot be reached', 'Start it, and check DATABASE_URL of the broker.'],
    frozen: [
      'Postgres does not answer in time',
      'Check whether its process is stopped, its disk is full or a lock is held.',
    ],
    read_only: ['Postgres takes no rows: it is read-only', 'Point DATABASE_URL at the primary server.'],
    not_migrated: ['Postgres lacks tables of this version', 'Run: glassdome-broker migrate'],
    partition_missing: ['Postgres lacks the tables of this month', 'Start a worker; it makes them.'],
  },
  audit: {
    refused: ['Postgres did not take audit rows just now', 'Check its log and its free disk space.'],
    full: ['too many audit rows wait for Postgres', 'Check what slows Postgres down.'],
  },
};

/** Which part keeps the broker from serving, from the answer of `/readyz`. */
export function notReady(body: unknown): DoctorCheck {
  const answer = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  if (answer['status'] === 'stopping')
    return fail('Ready', 'the broker is about to stop', 'Wait, or start it again.');
  const causes = Object.keys(CAUSES)
    // Audit rows that a Postgres in trouble refuses are no second cause.
    .filter((part) => part !== 'audit' || answer['postgres'] === 'ok')
    .flatMap((part) => causeOf(part, answer[part]));
  if (causes.length === 0)
    return fail(
      'Ready',
      'the broker runs, but Vault or Postgres does not serve it',
      'Look into its log (with npm start: .data/logs/).',
    );
  const texts = causes.map(([text]) => text).join('; ');
  return fail('Ready', `the broker runs, but ${texts}`, causes.map(([, wayOut]) => wayOut).join(' '));
}

function causeOf(part: string, state: unknown): Cause[] {
  if (state === undefined || state === 'ok') return [];
  const known = typeof state === 'string' ? CAUSES[part]?.[state] : undefined;
  return [known ?? [`${part} is ${cell(state)}`, 'Look into the log of the broker.']];
}
