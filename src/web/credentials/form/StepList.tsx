import type { StepState } from '../../../domain/testing/testProgress.js';
import { TEST_STEPS, type TestStep } from '../../../domain/testing/testResult.js';
import type { TestResult } from '../../client/contract.js';
import type { Steps } from '../../client/liveTest.js';
import classes from './TestResultView.module.css';

const STEP_WORDS: Readonly<Record<TestStep, string>> = {
  settings: 'Settings',
  name: 'Name',
  address: 'Address',
  tls: 'TLS',
  service: 'Service',
  authentication: 'Sign-in',
  permission: 'Permissions',
  quota: 'Quota',
};

type Shown = StepState | 'open';
const GLYPHS: Readonly<Record<Shown, readonly [glyph: string, words: string]>> = {
  ok: ['●', 'passed'],
  failed: ['✕', 'failed'],
  running: ['◌', 'running'],
  skipped: ['○', 'not needed'],
  open: ['○', 'not reached'],
};

/** The steps of a finished test: those before the failed one passed. */
export function stepsOf({ ok, failed_step }: Pick<TestResult, 'ok' | 'failed_step'>): Steps {
  const failed = failed_step === null ? -1 : TEST_STEPS.indexOf(failed_step);
  const stateOf = (index: number): StepState | undefined => {
    if (failed === -1) return ok ? 'ok' : undefined;
    return index < failed ? 'ok' : index === failed ? 'failed' : undefined;
  };
  const pairs = TEST_STEPS.map((step, index) => [step, stateOf(index)] as const);
  return Object.fromEntries(pairs.filter(([, state]) => state !== undefined));
}

/** The way to a service, step by step: by glyph, word and colour. */
export function StepList({ steps }: { steps: Steps }) {
  return (
    <ol className={classes['steps']} aria-label="Steps of the test">
      {TEST_STEPS.map((step) => {
        const state = steps[step] ?? 'open';
        const [glyph, words] = GLYPHS[state];
        return (
          <li key={step} data-state={state}>
            <span aria-hidden="true">{glyph}</span> {STEP_WORDS[step]}
            <span className="hidden">: {words}</span>
          </li>
        );
      })}
    </ol>
  );
}
