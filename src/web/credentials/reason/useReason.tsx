import { type ReactNode, useCallback, useState } from 'react';
import { RequestError } from '../../client/request.js';
import { ReasonDialog, type ReasonWords } from './ReasonDialog.js';

/** Runs an action, and once more with a reason where an admin needs one. Null: they gave none. */
export type WithReason = <T>(run: (reason?: string) => Promise<T>) => Promise<T | null>;

/** A function that asks an admin for the reason where the broker wants one, and the dialog for it. */
export function useReason(words: ReasonWords): { withReason: WithReason; dialog: ReactNode } {
  const [answer, setAnswer] = useState<(reason: string | null) => void>();
  const withReason = useCallback<WithReason>(async (run) => {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof RequestError && error.code === 'reason_required')) throw error;
    }
    const reason = await new Promise<string | null>((resolve) => setAnswer(() => resolve));
    setAnswer(undefined);
    return reason === null ? null : run(reason);
  }, []);
  const dialog = answer && <ReasonDialog words={words} onClose={() => answer(null)} onReason={answer} />;
  return { withReason, dialog };
}
