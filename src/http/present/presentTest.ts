import type { z } from 'zod';
import type {
  certificateAnswer,
  fetchedCertificate,
  healthAnswer,
  storedTestAnswer,
  testAnswer,
  testRunAnswer,
} from '../../api/tests.js';
import type { ShownCertificate, TestResult, TestRun } from '../../domain/testing/testResult.js';
import type { Uptime, UptimeWindow } from '../../domain/testing/uptime.js';
import type { CredentialHealth } from '../../usecases/testing/credentialHealth.js';
import type { FetchedCertificates } from '../../usecases/testing/fetchCertificate.js';
import type { StoredTest } from '../../usecases/testing/testCredential.js';
import { iso, isoOrNull } from './moments.js';

/** Times are coarse and addresses absent: a test is no port scanner. */
const COARSE_MS = 100;
const coarse = (ms: number) => Math.ceil(ms / COARSE_MS) * COARSE_MS;

export const presentTestOrNull = (result: TestResult | null) => result && presentTest(result);

export function presentTest(result: TestResult): z.output<typeof testAnswer> {
  const { certificate } = result;
  return {
    code: result.code,
    ok: result.code === 'ok',
    failed_step: result.failedStep,
    advice: result.advice,
    identity: result.identity ?? null,
    version: result.version ?? null,
    expires_at: isoOrNull(result.expiresAt ?? null),
    permissions: [...(result.permissions ?? [])],
    models: [...(result.models ?? [])],
    warnings: result.warnings.map(({ code, text }) => ({ code, text })),
    retry_after_seconds: result.retryAfterSeconds ?? null,
    certificate: certificate === undefined ? null : presentCertificate(certificate),
    duration_ms: coarse(result.durationMs),
  };
}

function presentCertificate(shown: ShownCertificate): z.output<typeof certificateAnswer> {
  return {
    fingerprint_sha256: shown.fingerprintSha256,
    subject: shown.subject,
    issuer: shown.issuer,
    valid_from: shown.validFrom,
    valid_to: shown.validTo,
  };
}

export function presentFetched({
  host,
  port,
  finding,
  failedStep,
  chain,
}: FetchedCertificates): z.output<typeof fetchedCertificate> {
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

export function presentStoredTest({
  credential: c,
  version,
  result,
}: StoredTest): z.output<typeof storedTestAnswer> {
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
  days,
  runs,
}: CredentialHealth): z.output<typeof healthAnswer> {
  const shown = (window: UptimeWindow) => presentUptime(uptime[window]);
  return {
    health: c.health,
    since: isoOrNull(since),
    next_test_at: isoOrNull(c.nextTestAt),
    uptime: { '24h': shown('24h'), '7d': shown('7d'), '30d': shown('30d') },
    days: days.map((day) => ({ from: iso(day.from), ...presentUptime(day), worst: day.worst })),
    runs: runs.map(presentTestRun),
  };
}

const presentUptime = ({ ratio, checkedMs }: Uptime) => ({
  ratio,
  checked_seconds: Math.round(checkedMs / 1000),
});

export function presentTestRun(run: TestRun): z.output<typeof testRunAnswer> {
  return {
    tested_at: iso(run.testedAt),
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
