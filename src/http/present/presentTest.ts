import type { ShownCertificate, TestResult, TestRun } from '../../domain/testing/testResult.js';
import type { CredentialHealth } from '../../usecases/testing/credentialHealth.js';
import type { FetchedCertificates } from '../../usecases/testing/fetchCertificate.js';
import type { StoredTest } from '../../usecases/testing/testCredential.js';

/** Times are shown coarsely, and addresses not at all: a test is not a port scanner. */
const COARSE_MS = 100;
const coarse = (ms: number) => Math.ceil(ms / COARSE_MS) * COARSE_MS;

export function presentTest(result: TestResult | null): Record<string, unknown> | null {
  if (result === null) return null;
  const { certificate } = result;
  return {
    code: result.code,
    ok: result.code === 'ok',
    failed_step: result.failedStep,
    advice: result.advice,
    identity: result.identity ?? null,
    version: result.version ?? null,
    expires_at: result.expiresAt ?? null,
    permissions: result.permissions ?? [],
    models: result.models ?? [],
    warnings: result.warnings.map(({ code, text }) => ({ code, text })),
    retry_after_seconds: result.retryAfterSeconds ?? null,
    certificate: certificate === undefined ? null : presentCertificate(certificate),
    duration_ms: coarse(result.durationMs),
  };
}

function presentCertificate(shown: ShownCertificate): Record<string, unknown> {
  return {
    fingerprint_sha256: shown.fingerprintSha256,
    subject: shown.subject,
    issuer: shown.issuer,
    valid_from: shown.validFrom,
    valid_to: shown.validTo,
  };
}

export function presentFetched({ host, port, finding, failedStep, chain }: FetchedCertificates) {
  const [own, ...above] = chain.map(presentCertificate);
  return {
    host,
    port,
    code: finding.code,
    ok: finding.code === 'ok',
    failed_step: failedStep,
    advice: finding.advice,
    certificate: own ?? null,
    chain: above,
  };
}

export function presentStoredTest({ credential: c, version, result }: StoredTest): Record<string, unknown> {
  return {
    ...presentTest(result),
    health: c.health,
    credential: { id: c.id, name: c.name, service_type: c.serviceType, version },
  };
}

export function presentHealth({
  credential: c,
  since,
  uptime,
  runs,
}: CredentialHealth): Record<string, unknown> {
  const told = Object.entries(uptime).map(([window, { ratio, checkedMs }]) => [
    window,
    { ratio, checked_seconds: Math.round(checkedMs / 1000) },
  ]);
  return {
    health: c.health,
    since,
    next_test_at: c.nextTestAt,
    uptime: Object.fromEntries(told),
    runs: runs.map(presentTestRun),
  };
}

export function presentTestRun(run: TestRun): Record<string, unknown> {
  return {
    tested_at: run.testedAt,
    version: run.version,
    trigger: run.trigger,
    caller: run.caller,
    code: run.code,
    failed_step: run.failedStep,
    advice: run.advice,
    health: run.health,
    identity: run.identity,
    service_version: run.serviceVersion,
    warnings: run.warnings,
    duration_ms: coarse(run.durationMs),
  };
}
