import type { TestResult } from '../../client/contract.js';
import { RequestError } from '../../client/request.js';

/** The test that refused a save; undefined where something else did. */
export function failedTestOf(error: unknown): TestResult | undefined {
  if (!(error instanceof RequestError) || error.code !== 'test_failed') return undefined;
  const test = error.problem['test'] as Pick<TestResult, 'code' | 'failed_step'>;
  return {
    code: test.code,
    failed_step: test.failed_step,
    ok: false,
    advice: error.detail,
    identity: null,
    version: null,
    expires_at: null,
    permissions: [],
    models: [],
    warnings: [],
    retry_after_seconds: null,
    certificate: null,
    duration_ms: 0,
  };
}
