import { type ReactNode, useCallback, useEffect, useRef } from 'react';
import { readSecret } from '../../../client/credentialParts.js';
import { useReason } from '../../reason/useReason.js';

/** Reads one field of the credential. Null: the user gave no reason, or left. */
export type ReadField = (field: string) => Promise<string | null>;

const WORDS = {
  title: 'Why do you need this value?',
  text: 'This credential is not shared with you. An admin can read it for a reason.',
  verb: 'Read the value',
};

/** A function that reads a secret, and the dialog with which an admin gives the reason for it. */
export function useSecretReader(id: string): { read: ReadField; dialog: ReactNode } {
  const { withReason, dialog } = useReason(WORDS);
  const leave = useRef<AbortController>(undefined);
  useEffect(() => {
    leave.current = new AbortController();
    return () => leave.current?.abort();
  }, []);
  const read = useCallback<ReadField>(
    async (field) => {
      const signal = leave.current?.signal;
      try {
        const found = await withReason((reason) => readSecret(id, reason, signal ? { signal } : {}));
        return found === null ? null : String(found.fields[field] ?? '');
      } catch (error) {
        if (signal?.aborted === true) return null;
        throw error;
      }
    },
    [id, withReason],
  );
  return { read, dialog };
}
