import type { CallContext } from '../../domain/access/caller.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { BrokerError } from '../../domain/errors.js';
import type { Connector } from '../../domain/services/connector.js';
import { isTestable } from '../../domain/services/connector.js';
import type { TestResult, TestTrigger } from '../../domain/testing/testResult.js';
import type { Ports } from '../../ports/ports.js';
import type { CommitStep } from '../writing/writeVersion.js';
import { keepTest } from './recordTest.js';
import { testGiven } from './testUnsaved.js';

/** `required`: only what works is stored. `warn`: stored in any case, and what the test found is returned. */
export const TEST_MODES = ['required', 'warn', 'skip'] as const;
export type TestMode = (typeof TEST_MODES)[number];

/** With deadline and name look-up this stays below the time for which a request holds its idempotency key. */
const WAIT_MS = 15_000;

type Needs = Pick<Ports, 'clock' | 'log' | 'records' | 'auditLog' | 'outbound' | 'testPace'>;

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
  /** Of the values, where they are tested; null: they are only stored. */
  accountKey: string | null;
  /** Codes that keep the values from being stored, whatever the mode; `required` adds all but `ok`. */
  refuses?: readonly TestResult['code'][];
  /** Stores them, with the steps in the transaction of the new version. */
  save(steps: readonly CommitStep[]): Promise<Credential>;
}

/** Whether values are tested before they are stored. */
export function isTestedOnSave(mode: TestMode, connector: Connector, values: FieldValues): boolean {
  return mode === 'required' || (mode === 'warn' && isTestable(connector, values));
}

/**
 * Tests the values, then stores them together with the result. Rejects with `test_failed`, and nothing was stored, where
 * the test had to pass.
 */
export async function testAndSave(ports: Needs, call: CallContext, saving: Saving): Promise<Saved> {
  const { mode, connector, values, accountKey, trigger } = saving;
  if (accountKey === null) return { credential: await saving.save([]), test: null };
  await saving.admitTest?.();
  const result = await testGiven(ports, call, connector, values, { waitMs: WAIT_MS });
  const refused = mode === 'required' ? result.code !== 'ok' : saving.refuses?.includes(result.code);
  if (refused === true) throw testFailed(result);
  const keep: CommitStep = (tx, credential) => {
    const version = credential.latestVersion;
    return keepTest(ports, tx, call, { credential, version, result, trigger, accountKey });
  };
  return { credential: await saving.save([keep]), test: result };
}

function testFailed(result: TestResult): BrokerError {
  return new BrokerError('test_failed', {
    detail: `The test failed, so nothing was stored. ${result.advice}`,
    extra: { test: { code: result.code, failed_step: result.failedStep } },
  });
}
