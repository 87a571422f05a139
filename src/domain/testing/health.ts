import type { Health } from '../credentials/credential.js';
import type { TestCode } from './testResult.js';

/** Null: the test says nothing about the credential, its health stays as it was. */
const HEALTH_OF: Readonly<Record<TestCode, Health | null>> = {
  ok: 'ok',
  invalid_credential: 'rejected',
  expired: 'rejected',
  mfa_required: 'rejected',
  insufficient_permission: 'limited',
  quota_exhausted: 'limited',
  no_auth_required: 'limited',
  unreachable: 'unreachable',
  tls_error: 'unreachable',
  not_this_service: 'unreachable',
  service_error: 'unreachable',
  misconfigured: 'unreachable',
  denied_by_policy: 'unreachable',
  rate_limited: null,
  clock_skew: null,
};

/** The health after a test that ended with `code`. */
export function healthAfter(code: TestCode, before: Health): Health {
  return HEALTH_OF[code] ?? before;
}

/** True when a repeated test could lock an account: only a person, a new version or a success resumes. */
export function pausesTests(code: TestCode): boolean {
  return HEALTH_OF[code] === 'rejected';
}

/** True where the broker's own rules kept the test from its service: nothing is known of service and credential. */
export const isBlocked = (code: string | null): boolean => code === 'denied_by_policy';

/** What counts as broken: refused, unreachable, or working only partly. */
export const isBad = (health: Health): boolean =>
  health === 'rejected' || health === 'unreachable' || health === 'limited';

/** How credentials stood: what reports are made of, which look back no further. */
export const STATES_DAYS = 400;
