import { type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sentenceOf } from './Problem.js';
import { toast } from './toasts.js';

/**
 * Runs one action at a time, named by what it is done to; says when it fails, and asks again for what it may have
 * changed. Answers whether it worked.
 */
export function useAct(...changed: readonly QueryKey[]) {
  const client = useQueryClient();
  const [busy, setBusy] = useState<string>();
  const act = async (name: string, work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(name);
    try {
      await work();
      return true;
    } catch (error) {
      toast(sentenceOf(error), { tone: 'failed' });
      return false;
    } finally {
      setBusy(undefined);
      for (const queryKey of changed) void client.invalidateQueries({ queryKey });
    }
  };
  return { busy, act };
}
