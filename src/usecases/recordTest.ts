import type { Call } from '../domain/caller.js';
import type { Credential } from '../domain/credential.js';
import { healthAfter } from '../domain/health.js';
import { nextTest } from '../domain/testPace.js';
import { isTestCode, type TestResult, type TestRun, type TestTrigger } from '../domain/testResult.js';
import type { TestedPatch } from '../ports/changes.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';

type Needs = Pick<Ports, 'clock' | 'changes' | 'testPace'>;

export interface Tested {
  credential: Credential;
  version: number;
  result: TestResult;
  trigger: TestTrigger;
}

/**
 * Keeps what a test found: history, audit, and, when the version is still the active one, the credential's health.
 * Resolves with the run and the credential as it is now.
 */
export async function recordTest(
  ports: Needs,
  call: Call,
  tested: Tested,
): Promise<{ run: TestRun; credential: Credential }> {
  const { result, version } = tested;
  const now = ports.clock.now();
  return ports.changes.run(async (tx) => {
    const row = (await tx.lock(tested.credential.id)) ?? tested.credential;
    const current = row.activeVersion === version;
    const run = runOf(call, tested, { now, before: current ? row.health : 'unchecked' });
    const patch = { ...patchOf(row, run, result), nextTestAt: nextTestOf(ports, row, run, result) };
    await tx.insertTestRun(run);
    if (current) await tx.setTested(row.id, patch);
    tx.audit(
      auditEvent(call, 'credential.tested', result.code === 'ok' ? 'allowed' : 'failed', {
        credentialId: row.id,
        version,
        code: result.code,
        details: { step: result.failedStep, trigger: run.trigger, contacted: result.contacted },
      }),
    );
    return { run, credential: current ? { ...row, ...patch } : row };
  });
}

function runOf(call: Call, tested: Tested, at: { now: Date; before: Credential['health'] }): TestRun {
  const { result } = tested;
  return {
    credentialId: tested.credential.id,
    version: tested.version,
    testedAt: at.now,
    trigger: tested.trigger,
    caller: call.caller.principal,
    code: result.code,
    failedStep: result.failedStep,
    advice: result.advice,
    health: healthAfter(result.code, at.before),
    identity: result.identity ?? null,
    serviceVersion: result.version ?? null,
    warnings: result.warnings.map(({ code }) => code),
    durationMs: result.durationMs,
  };
}

function nextTestOf({ testPace }: Needs, row: Credential, run: TestRun, result: TestResult): Date | null {
  const { lastTestCode, lastTestedAt } = row;
  const known = lastTestedAt !== null && isTestCode(lastTestCode);
  return nextTest({
    code: run.code,
    at: run.testedAt,
    health: run.health,
    intervalMs: testPace.intervalMs(row.serviceType),
    chance: testPace.chance(),
    before: known ? { code: lastTestCode, at: lastTestedAt } : null,
    ...(result.retryAfterSeconds !== undefined && { retryAfterSeconds: result.retryAfterSeconds }),
  });
}

/**
 * The service's own word on the end of a credential wins over a person's; that it tells nothing changes nothing. With a
 * new secret its word on the old one is gone already.
 */
function patchOf(row: Credential, run: TestRun, { expiresAt }: TestResult): TestedPatch {
  const patch: TestedPatch = {
    health: run.health,
    lastTestedAt: run.testedAt,
    lastTestCode: run.code,
    ...(run.identity !== null && { identity: run.identity }),
  };
  if (expiresAt instanceof Date) return { ...patch, expiresAt, expiresSource: 'provider' };
  if (expiresAt === null && row.expiresSource === 'provider')
    return { ...patch, expiresAt: null, expiresSource: null };
  return patch;
}
