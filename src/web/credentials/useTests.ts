import { useCallback, useState } from 'react';
import type { ListedCredential } from '../client/contract.js';
import { testCredential } from '../client/credentials.js';
import { sentenceOf } from '../parts/Problem.js';
import { toast } from '../parts/toasts.js';
import { usePatchRow } from './useCredentialList.js';

/** Tests one credential by its row, and shows what the service said there. */
export function useTests() {
  const [testing, setTesting] = useState<ReadonlySet<string>>(new Set());
  const patch = usePatchRow();
  const test = useCallback(
    async ({ id, name }: ListedCredential) => {
      setTesting((before) => new Set(before).add(id));
      try {
        const result = await testCredential(id);
        const { code, ok, health, identity } = result;
        patch(id, {
          health,
          last_test_code: code,
          last_test_status: ok,
          identity,
          last_tested_at: new Date().toISOString(),
        });
        toast(`${name}: ${result.advice}`, { tone: ok ? 'done' : 'failed' });
      } catch (error) {
        toast(`${name}: ${sentenceOf(error)}`, { tone: 'failed' });
      } finally {
        setTesting((before) => new Set([...before].filter((one) => one !== id)));
      }
    },
    [patch],
  );
  return { testing, test };
}
