import type { Health } from '../credentials/credential.js';

/** What a test can end with. `domain/health.ts` says what each means for the credential's health. */
export const TEST_CODES = [
  'ok',
  'invalid_credential',
  'expired',
  'insufficient_permission',
  'mfa_required',
  'rate_limited',
  'quota_exhausted',
  'tls_error',
  'unreachable',
  'not_this_service',
  'no_auth_required',
  'service_error',
  'clock_skew',
  'misconfigured',
  'denied_by_policy',
] as const;
export type TestCode = (typeof TEST_CODES)[number];

export function isTestCode(word: string | null): word is TestCode {
  return TEST_CODES.some((code) => code === word);
}

/** Where on the way a test ended; the steps stand in the order in which they are reached. */
export const TEST_STEPS = [
  'settings',
  'name',
  'address',
  'tls',
  'service',
  'authentication',
  'permission',
  'quota',
] as const;
export type TestStep = (typeof TEST_STEPS)[number];

/** Something to fix although the test may have passed. */
export const TEST_WARNINGS = [
  'tls_insecure',
  'plain_http',
  'no_acl',
  'over_privileged',
  'root_account',
  'expires_soon',
  'partly_unproven',
  'unusual_form',
] as const;
export interface TestWarning {
  code: (typeof TEST_WARNINGS)[number];
  /** One sentence of ours. */
  text: string;
}

/** The certificate that a host showed, so that a person can compare and pin it. All texts are the host's own, cleaned. */
export interface ShownCertificate {
  /** Upper-case hex pairs with `:` between. */
  fingerprintSha256: string;
  subject: string;
  issuer: string;
  validFrom: string;
  validTo: string;
}

/** What a connector found out about a credential. */
export interface TestVerdict {
  code: TestCode;
  /** One sentence of ours that says what to do, or what was proven. */
  advice: string;
  /** If omitted: the step that the code implies. */
  step?: TestStep;
  /** What the service calls us; cleaned by `serviceText`. */
  identity?: string;
  /** Version of the service as it reports it; cleaned. */
  version?: string;
  /** When the secret expires, according to the service. Null: never. Omitted: the service does not say. */
  expiresAt?: Date | null;
  /** What we may do there, in the service's own words; cleaned. */
  permissions?: readonly string[];
  /** Models that the key may use, for AI services; cleaned. */
  models?: readonly string[];
  warnings?: readonly TestWarning[];
  retryAfterSeconds?: number;
  certificate?: ShownCertificate;
}

/** One finished test. */
export interface TestResult extends TestVerdict {
  /** Null when the code is `ok`. */
  failedStep: TestStep | null;
  warnings: readonly TestWarning[];
  durationMs: number;
  /** `host → address` of each connection that was made or refused, for the audit trail. */
  contacted: readonly string[];
  /** True where a host had no turn for it, so that it proved nothing. */
  turnedAway: boolean;
}

/** Who or what started a test. */
export const TEST_TRIGGERS = ['request', 'save', 'schedule', 'rotation'] as const;
export type TestTrigger = (typeof TEST_TRIGGERS)[number];

/** A test of a stored credential as the history keeps it. */
export interface TestRun {
  credentialId: string;
  /** The version that was tested. */
  version: number;
  testedAt: Date;
  trigger: TestTrigger;
  /** A principal. */
  caller: string;
  code: TestCode;
  failedStep: TestStep | null;
  advice: string;
  /** The credential's health after it. */
  health: Health;
  identity: string | null;
  serviceVersion: string | null;
  warnings: string[];
  durationMs: number;
}

const STEP_OF: Readonly<Record<Exclude<TestCode, 'ok'>, TestStep>> = {
  invalid_credential: 'authentication',
  expired: 'authentication',
  insufficient_permission: 'permission',
  mfa_required: 'authentication',
  rate_limited: 'quota',
  quota_exhausted: 'quota',
  tls_error: 'tls',
  unreachable: 'address',
  not_this_service: 'service',
  no_auth_required: 'authentication',
  service_error: 'service',
  clock_skew: 'authentication',
  misconfigured: 'settings',
  denied_by_policy: 'address',
};

/** The step at which a finding ended; null for a passed one. */
export function failedStep(finding: TestVerdict): TestStep | null {
  return finding.code === 'ok' ? null : (finding.step ?? STEP_OF[finding.code]);
}

/** Ends a test from anywhere inside a connector. */
export class TestEnded extends Error {
  readonly finding: TestVerdict;

  constructor(finding: TestVerdict) {
    super(finding.code);
    this.name = 'TestEnded';
    this.finding = finding;
  }
}

/** A test can't go on: throws what it ended with. */
export function ended(code: TestCode, advice: string, more: Partial<TestVerdict> = {}): TestEnded {
  return new TestEnded({ code, advice, ...more });
}

/** Control, format and line separator characters: they hide or rearrange what a person reads. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Halves of a character outside the basic plane, which Postgres refuses. */
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text of a foreign service as it may be shown: no control or invisible characters, at most `max` characters. */
export function serviceText(text: unknown, max = 200): string {
  const plain = (typeof text === 'string' || typeof text === 'number' ? String(text) : '')
    .slice(0, 4 * max)
    .replace(UNPRINTABLE, ' ')
    .trim();
  return plain.length > max ? `${plain.slice(0, max - 1).replace(HALF, '')}…` : plain.replace(HALF, '');
}
