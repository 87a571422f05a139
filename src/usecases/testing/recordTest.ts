import type { CallContext } from '../../domain/access/caller.js';
import type { AuditEvent } from '../../domain/audit/audit.js';
import type { Credential } from '../../domain/credentials/credential.js';
import { healthAfter, pausesTests } from '../../domain/testing/health.js';
import { nextTest } from '../../domain/testing/testPace.js';
import {
  isTestCode,
  type TestResult,
  type TestRun,
  type TestTrigger,
} from '../../domain/testing/testResult.js';
import { MINUTE_MS } from '../../domain/time/units.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { TestPace } from '../../ports/jobs.js';
import type { Ports } from '../../ports/ports.js';
import type { TestedPatch, TestWrites } from '../../ports/testing.js';
import { auditEvent } from '../gate/auditEvent.js';
import { noticeHealth } from './noticeHealth.js';

type Needs = Pick<Ports, 'clock' | 'changes' | 'testPace'>;

export interface Tested {
  credential: Credential;
  version: number;
  result: TestResult;
  trigger: TestTrigger;
  /** Of the credential when a scheduled test was enqueued: under another one its result is stale and not kept. */
  claim?: number;
  accountKey: string;
}

/**
 * Stores the result of a test of a stored version, in a separate transaction. Resolves with the credential as it is
 * now. The result of a stale test is not stored.
 */
export async function recordTest(
  ports: Needs,
  call: CallContext,
  tested: Tested,
): Promise<{ credential: Credential }> {
  return ports.changes.run(async (tx) => {
    const row = (await tx.lock(tested.credential.id)) ?? tested.credential;
    if (tested.claim !== undefined && tested.claim !== row.testGeneration) {
      tx.audit(testedEvent(call, tested, { outcome: 'failed', code: 'stale' }));
      return { credential: row };
    }
    return { credential: await keepTest(ports, tx, call, { ...tested, credential: row }) };
  });
}

/**
 * History, audit, and, when the version is the active one, the credential's health and that others which sign in alike
 * are looked at soon, and the owner hears of a change. `credential` is the row as the transaction has locked it.
 */
export async function keepTest(
  ports: Pick<Needs, 'clock' | 'testPace'>,
  tx: ChangeTx,
  call: CallContext,
  tested: Tested,
): Promise<Credential> {
  const { credential: row, version } = tested;
  const now = ports.clock.now();
  const current = row.activeVersion === version;
  const run = runOf(call, tested, { now, before: current ? row.health : 'unchecked' });
  await tx.insertTestRun(run);
  const { code } = tested.result;
  tx.audit(testedEvent(call, tested, { outcome: code === 'ok' ? 'allowed' : 'failed', code }));
  await noteAccount(tx, tested, now);
  if (!current) return row;
  const patch = { ...patchOf(row, run, tested), nextTestAt: nextTestOf(ports, row, run, tested.result) };
  await tx.setTested(row.id, patch);
  const credential = { ...row, ...patch };
  await noticeHealth(tx, credential, row, now);
  return credential;
}

/**
 * What the service said of the account holds for all credentials with the same account; a conclusion of ours adds
 * nothing new.
 */
async function noteAccount(
  tx: TestWrites,
  { credential, result: { code, contacted }, accountKey }: Tested,
  now: Date,
): Promise<void> {
  const accepted = code === 'ok';
  if (contacted.length === 0 || !(accepted || pausesTests(code))) return;
  if (accepted) await tx.acceptedAccount(accountKey);
  else await tx.refusedAccount(accountKey, code, now);
  await tx.rescheduleSameAccount({ id: credential.id, accountKey, accepted }, now);
}

function testedEvent(
  call: CallContext,
  { credential, version, result, trigger }: Tested,
  { outcome, code }: { outcome: 'allowed' | 'failed'; code: string },
): AuditEvent {
  const details = { step: result.failedStep, trigger, contacted: result.contacted };
  return auditEvent(call, 'credential.tested', outcome, {
    credentialId: credential.id,
    version,
    code,
    details,
  });
}

function runOf(call: CallContext, tested: Tested, at: { now: Date; before: Credential['health'] }): TestRun {
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

function nextTestOf(
  { testPace }: Pick<Needs, 'testPace'>,
  row: Credential,
  run: TestRun,
  result: TestResult,
): Date | null {
  const { lastTestCode, lastTestedAt } = row;
  const known = lastTestedAt !== null && isTestCode(lastTestCode);
  return nextTest({
    code: run.code,
    at: run.testedAt,
    health: run.health,
    intervalMs: intervalMs(testPace, row),
    chance: testPace.chance(),
    before: known ? { code: lastTestCode, at: lastTestedAt } : null,
    ...(result.retryAfterSeconds !== undefined && { retryAfterSeconds: result.retryAfterSeconds }),
  });
}

/** How often a credential is tested while all is well: its own word, or that for its type. */
export function intervalMs(testPace: TestPace, { testIntervalMinutes, serviceType }: Credential): number {
  return testIntervalMinutes === null ? testPace.intervalMs(serviceType) : testIntervalMinutes * MINUTE_MS;
}

/**
 * The service's own statement on the expiry of a credential takes precedence over a person's; no statement changes
 * nothing. With a new secret the statement on the old one is gone already.
 */
function patchOf(row: Credential, run: TestRun, { result, accountKey }: Tested): TestedPatch {
  const { expiresAt } = result;
  const patch: TestedPatch = {
    health: run.health,
    lastTestedAt: run.testedAt,
    lastTestCode: run.code,
    testGeneration: row.testGeneration + 1,
    accountKey,
    ...(run.identity !== null && { identity: run.identity }),
  };
  if (expiresAt instanceof Date) return { ...patch, expiresAt, expiresSource: 'provider' };
  if (expiresAt === null && row.expiresSource === 'provider')
    return { ...patch, expiresAt: null, expiresSource: null };
  return patch;
}
