import type { TestCode, TestResult } from '../../../src/domain/testing/testResult.js';
import type { Ports } from '../../../src/ports/ports.js';
import { systemCall } from '../../../src/usecases/gate/systemCall.js';
import { recordTest } from '../../../src/usecases/testing/recordTest.js';

/** Keeps the outcome of a scheduled test of the active version, as the worker does after it asked the service. */
export async function keepOutcome(
  ports: Pick<Ports, 'clock' | 'records' | 'changes' | 'testPace'>,
  credentialId: string,
  code: TestCode,
): Promise<void> {
  const call = systemCall();
  const { credential } = await ports.records.access(call.caller, credentialId);
  if (credential === null) throw new Error(`no credential ${credentialId}`);
  const result: TestResult = {
    code,
    advice: '',
    failedStep: null,
    warnings: [],
    durationMs: 1,
    contacted: [],
    turnedAway: false,
  };
  const version = credential.activeVersion ?? 0;
  const accountKey = `account of ${credentialId}`;
  await recordTest(ports, call, { credential, version, result, trigger: 'schedule', accountKey });
}
