import { TEST_STEPS, type TestStep } from './testResult.js';

/** `running`: it is tried now. `skipped`: the test ended before it, or does not need it. */
export const STEP_STATES = ['running', 'ok', 'failed', 'skipped'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** Steps that the way to the service reports as they end. */
export type WayStep = Extract<TestStep, 'settings' | 'name' | 'address' | 'tls' | 'service'>;

/** Who watches a test while it runs. */
export interface TestWatch {
  step(step: TestStep, state: StepState): void;
  /** Aborted when nobody waits for the result any more: the test ends and is not kept. */
  signal: AbortSignal;
}

/** The steps of one test as they end: each state once and in order, whatever connections the test makes. */
export class TestProgress {
  readonly #states = new Map<TestStep, StepState>();
  readonly #tell: TestWatch['step'];

  constructor(tell: TestWatch['step']) {
    this.#tell = tell;
    this.#set('settings', 'running');
  }

  /** A step of the way is done for the first connection that gets so far. */
  reached(step: WayStep, secure: boolean): void {
    const next = TEST_STEPS[TEST_STEPS.indexOf(step) + 1];
    if (this.#isDone(step) || next === undefined) return;
    this.#endBefore(step, 'ok');
    this.#set(step, 'ok');
    if (next === 'tls' && !secure) {
      this.#set('tls', 'skipped');
      this.#set('service', 'running');
    } else this.#set(next, 'running');
  }

  /** The test is over: its verdict decides. Null: it passed. */
  end(failed: TestStep | null): void {
    if (failed === null) {
      for (const step of TEST_STEPS) if (!this.#isDone(step)) this.#set(step, 'ok');
      return;
    }
    this.#endBefore(failed, this.#isDone('service') || failed === 'settings' ? 'ok' : 'skipped');
    this.#set(failed, 'failed');
    for (const step of TEST_STEPS) if (!this.#isDone(step)) this.#set(step, 'skipped');
  }

  /** Settings were read before anything else; a step that was never tried is skipped. */
  #endBefore(last: TestStep, untried: 'ok' | 'skipped'): void {
    for (const step of TEST_STEPS.slice(0, TEST_STEPS.indexOf(last)))
      if (!this.#isDone(step)) this.#set(step, step === 'settings' ? 'ok' : untried);
  }

  #isDone(step: TestStep): boolean {
    return (this.#states.get(step) ?? 'running') !== 'running';
  }

  #set(step: TestStep, state: StepState): void {
    this.#states.set(step, state);
    this.#tell(step, state);
  }
}
