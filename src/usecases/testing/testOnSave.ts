import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError } from '../../domain/errors.js';
import type { Connector } from '../../domain/services/connector.js';
import { isTestable } from '../../domain/services/connector.js';
import type { TestResult, TestTrigger } from '../../domain/testing/testResult.js';
import type { Ports } from '../../ports/ports.js';
import { accountKeyOf } from './accountKey.js';
import { recordTest } from './recordTest.js';
import { testGiven } from './testUnsaved.js';

/** `required`: only what works is stored. `warn`: stored in any case, and what the test found is told. */
export const TEST_MODES = ['required', 'warn', 'skip'] as const;
export type TestMode = (typeof TEST_MODES)[number];

/** With deadline and name look-up this stays below the time for which a request holds its idempotency key. */
const WAIT_MS = 15_000;

type Needs = Pick<
  Ports,
  'clock' | 'log' | 'records' | 'changes' | 'auditLog' | 'fingerprints' | 'outbound' | 'testPace'
>;

export interface Saved {
  credential: Credential;
  /** Null when nothing was tested. */
  test: TestResult | null;
}

/** How a request that says nothing of it is tested. */
export interface SaveTest {
  /** Left out: `skip`. */
  test?: TestMode;
  /** Asked once a test is certain to run; rejects, and nothing was stored, when the caller may start none now. */
  admitTest?: (() => Promise<void>) | undefined;
}

interface Saving extends Pick<SaveTest, 'admitTest'> {
  mode: TestMode;
  connector: Connector;
  values: FieldValues;
  trigger: TestTrigger;
  /** Codes that keep the values from being stored, whatever the mode; `required` adds all but `ok`. */
  refuses?: readonly TestResult['code'][];
  save(): Promise<Credential>;
}

/**
 * Tests the values, stores them, and keeps the result with what was stored. Rejects with `test_failed`, and nothing
 * was stored, where the test had to pass.
 */
export async function testAndSave(ports: Needs, call: CallContext, saving: Saving): Promise<Saved> {
  const { mode, connector, values } = saving;
  if (mode === 'skip' || (mode === 'warn' && !isTestable(connector, values)))
    return { credential: await saving.save(), test: null };
  await saving.admitTest?.();
  // Before anything is stored: it may be that Vault can't tell.
  const accountKey = await accountKeyOf(ports, connector, values);
  const result = await testGiven(ports, call, connector, values, WAIT_MS);
  const refused = mode === 'required' ? result.code !== 'ok' : saving.refuses?.includes(result.code);
  if (refused === true) throw testFailed(result);
  const credential = await saving.save();
  const version = credential.latestVersion;
  const tested = { credential, version, result, trigger: saving.trigger, accountKey };
  const kept = await recordTest(ports, call, tested);
  return { credential: kept.credential, test: result };
}

function testFailed(result: TestResult): BrokerError {
  return new BrokerError('test_failed', {
    detail: `The test failed, so nothing was stored. ${result.advice}`,
    extra: { test: { code: result.code, failed_step: result.failedStep } },
  });
}
