import type { TestResult } from '../../client/contract.js';

/** `Saved. Test passed in 0.4 s as broker@pve!gd.`; what to do where the test failed. */
export function savedSentence(test: TestResult | null, saved = 'Saved.'): string {
  if (test === null) return saved;
  if (!test.ok) return `${saved} The test failed: ${test.advice}`;
  const as = test.identity === null ? '' : ` as ${test.identity}`;
  return `${saved} Test passed in ${(test.duration_ms / 1000).toFixed(1)} s${as}.`;
}
