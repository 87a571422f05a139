import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { readSecret } from '../../../client/credentialParts.js';
import { RequestError } from '../../../client/request.js';
import { ReasonDialog } from './ReasonDialog.js';

/** Reads one field of the credential. Null: the user gave no reason, or left. */
export type ReadField = (field: string) => Promise<string | null>;

/** A function that reads a secret, and the dialog with which an admin gives the reason for it. */
export function useSecretReader(id: string): { read: ReadField; dialog: ReactNode } {
  const [answer, setAnswer] = useState<(reason: string | null) => void>();
  const leave = useRef<AbortController>(undefined);
  useEffect(() => {
    leave.current = new AbortController();
    return () => leave.current?.abort();
  }, []);
  const read = useCallback<ReadField>(
    async (field) => {
      const signal = leave.current?.signal;
      const options = signal === undefined ? {} : { signal };
      try {
        return fieldOf(await readSecret(id, undefined, options), field);
      } catch (error) {
        if (signal?.aborted === true) return null;
        if (!(error instanceof RequestError && error.code === 'reason_required')) throw error;
      }
      const reason = await new Promise<string | null>((resolve) => setAnswer(() => resolve));
      setAnswer(undefined);
      return reason === null ? null : fieldOf(await readSecret(id, reason, options), field);
    },
    [id],
  );
  const dialog = answer && <ReasonDialog onClose={() => answer(null)} onReason={answer} />;
  return { read, dialog };
}

const fieldOf = ({ fields }: { fields: Readonly<Record<string, unknown>> }, field: string): string =>
  String(fields[field] ?? '');
