import type { StepState } from '../../domain/testing/testProgress.js';
import type { TestStep } from '../../domain/testing/testResult.js';
import type { Problem, TestResult } from './contract.js';
import { eventsIn } from './events.js';
import { errorOf, respond } from './request.js';

/** The steps that have begun or ended, and how. */
export type Steps = Readonly<Partial<Record<TestStep, StepState>>>;

/**
 * Tests values without storing them, and reports each step as it ends. Rejects with `RequestError`; the signal ends the
 * test at the broker, too.
 */
export async function testLive(
  body: { service_type: string; fields: Record<string, unknown> },
  onStep: (step: TestStep, state: StepState) => void,
  signal: AbortSignal,
): Promise<TestResult> {
  const headers = { Accept: 'text/event-stream' };
  const response = await respond('POST', '/api/credentials/test', { body, headers, signal });
  for await (const { kind, data } of eventsIn(response)) {
    if (kind === 'result') return JSON.parse(data) as TestResult;
    if (kind === 'problem') throw errorOf(JSON.parse(data) as Problem);
    const { step, state } = JSON.parse(data) as { step: TestStep; state: StepState };
    onStep(step, state);
  }
  throw errorOf({ detail: 'The connection ended before the test did. Try again.' });
}
