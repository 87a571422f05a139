import { useCallback, useEffect, useRef, useState } from 'react';
import type { TestResult } from '../../client/contract.js';
import { type Steps, testLive } from '../../client/liveTest.js';

type Values = Parameters<typeof testLive>[0];

/** A test that shows its steps while it runs. It ends when it is cancelled, begun again, or the page is left. */
export function useLiveTest(onError: (error: unknown) => void) {
  const [steps, setSteps] = useState<Steps>();
  const [result, setResult] = useState<TestResult>();
  const [error, setError] = useState<unknown>();
  const running = useRef<AbortController>(undefined);
  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = undefined;
    setSteps(undefined);
  }, []);
  useEffect(() => () => running.current?.abort(), []);
  const run = async (values: Values) => {
    cancel();
    const own = new AbortController();
    running.current = own;
    setError(undefined);
    setResult(undefined);
    setSteps({});
    const isOver = () => running.current !== own;
    try {
      const ended = await testLive(
        values,
        (step, state) => isOver() || setSteps((before) => ({ ...before, [step]: state })),
        own.signal,
      );
      if (!isOver()) setResult(ended);
    } catch (caught) {
      if (isOver()) return;
      setError(caught);
      onError(caught);
    }
    if (!isOver()) cancel();
  };
  return { steps, result, error, run, cancel };
}
