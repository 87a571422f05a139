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
      'the broker’s Vault token has expired or expires within a minute',
      'Write a new secret id to the file in VAULT_SECRET_ID_FILE.',
    ],
  },
  postgres: {
    unreachable: ['Postgres cannot be reached', 'Start it, and check DATABASE_URL of the broker.'],
    frozen: [
      'Postgres does not answer in time',
      'Check whether its process is stopped, its disk is full or a lock is held.',
    ],
    read_only: ['Postgres is read-only', 'Point DATABASE_URL at the primary server.'],
    not_migrated: ['The database schema is older than this version', 'Run: glassdome-broker migrate'],
    partition_missing: ['The audit tables of this month are missing', 'Start a worker; it creates them.'],
  },
  audit: {
    refused: ['Postgres did not accept audit rows recently', 'Check its log and its free disk space.'],
    full: ['too many audit rows are waiting for Postgres', 'Check the load of Postgres.'],
  },
};

/** Which part keeps the broker from serving, from the answer of `/readyz`. */
export function notReady(body: unknown): DoctorCheck {
  const answer = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  if (answer['status'] === 'stopping')
    return fail('Ready', 'the broker is shutting down', 'Wait, or start it again.');
  const causes = Object.keys(CAUSES)
    // Audit rows that a Postgres in trouble refuses are no second cause.
    .filter((part) => part !== 'audit' || answer['postgres'] === 'ok')
    .flatMap((part) => causeOf(part, answer[part]));
  if (causes.length === 0)
    return fail(
      'Ready',
      'the broker is running, but Vault or Postgres is not available',
      'Check its log (with npm start: .data/logs/).',
    );
  const texts = causes.map(([text]) => text).join('; ');
  return fail('Ready', `the broker is running, but ${texts}`, causes.map(([, wayOut]) => wayOut).join(' '));
}

function causeOf(part: string, state: unknown): Cause[] {
  if (state === undefined || state === 'ok') return [];
  const known = typeof state === 'string' ? CAUSES[part]?.[state] : undefined;
  return [known ?? [`${part} is ${cell(state)}`, 'Check the log of the broker.']];
}
