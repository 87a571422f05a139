import pg from 'pg';
import { BrokerError, invalid } from '../../../domain/errors.js';

const SQLSTATE = /^[0-9A-Z]{5}$/;

const NAME_TAKEN: Readonly<Record<string, string>> = {
  credentials_owner_name: 'The owner already has a credential with this name.',
  teams_pkey: 'A team with this name already exists.',
  people_pkey: 'A user with this name already exists.',
  people_username: 'A user with this name already exists.',
  notification_channels_name: 'A channel with this name already exists.',
  report_schedules_name: 'A report schedule with this name already exists.',
  service_accounts_name: 'A service account with this name already exists.',
};

/** The server's code for what went wrong, or undefined when the error is not the server's answer. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof pg.DatabaseError ? error.code : undefined;
  return code !== undefined && SQLSTATE.test(code) ? code : undefined;
}

/** True for an answer of the server and for what `pg` and the socket below it raise. */
export function isPgError(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return true;
  if (error instanceof BrokerError || !(error instanceof Error)) return false;
  return 'errno' in error || /connection|timeout|Client|pool/i.test(error.message);
}

/** True when the row itself was refused, so that other rows of the same statement may still go in. */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('23'));
}

/**
 * True when nobody knows whether a commit took place: the server did not answer, or it answered while going down.
 * Anything else that the server says means that it did not commit.
 */
export function isUnknownOutcome(error: unknown): boolean {
  const state = sqlState(error);
  return state === undefined || state.startsWith('08') || state.startsWith('57P');
}

/** True for our error that says that Postgres can't serve. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof BrokerError && error.code === 'records_unavailable';
}

/** A number, the form of a time, its fields, its distance from UTC. */
const OUT_OF_RANGE = new Set(['22003', '22007', '22008', '22009']);

/** Our error for the driver's. The server's text may quote values, so only its code and constraint are kept. */
export function translate(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  const state = sqlState(error);
  const constraint = error instanceof pg.DatabaseError ? error.constraint : undefined;
  const log = `postgres ${state ?? 'no answer'}${constraint === undefined ? '' : ` ${constraint}`}`;
  if (state === undefined) return unavailable(log);
  if (state === '23505') return uniqueViolation(constraint, log);
  if (state.startsWith('23')) {
    return new BrokerError('conflict', { detail: 'This conflicts with stored data.', log });
  }
  if (OUT_OF_RANGE.has(state)) {
    return invalid({ field: 'request', rule: 'must not contain a number or a time that is out of range' });
  }
  if (state === '22021' || state === '22P05' || state === '22P02') {
    return invalid({ field: 'body', rule: 'must not contain characters that cannot be stored' });
  }
  if (state === '42501' || state.startsWith('42') || state.startsWith('22') || state.startsWith('XX')) {
    return new BrokerError('internal_error', { detail: 'An internal error occurred.', log });
  }
  return unavailable(log);
}

function uniqueViolation(constraint: string | undefined, log: string): BrokerError {
  const taken = constraint === undefined ? undefined : NAME_TAKEN[constraint];
  if (taken !== undefined) return new BrokerError('name_taken', { detail: taken, log });
  const detail =
    constraint === 'write_intents_one_open'
      ? 'Another change of this credential is in progress.'
      : 'Another request changed this at the same time. Read it again and repeat.';
  return new BrokerError('conflict', { detail, log });
}

function unavailable(log: string): BrokerError {
  return new BrokerError('records_unavailable', {
    detail: 'The records database is not available right now.',
    retryAfterSeconds: 2,
    log,
  });
}
