import { useQuery } from '@tanstack/react-query';
import { listGrants, replaceGrants } from '../../../client/access.js';
import type { Grant } from '../../../client/contract.js';
import { RequestError } from '../../../client/request.js';
import { toast } from '../../../parts/toasts.js';
import { useAct } from '../../../parts/useAct.js';
import { useReason } from '../../reason/useReason.js';
import { LIST_KEY } from '../../useCredentialList.js';

const WORDS = {
  title: 'Why do you share it?',
  text: 'This credential is not yours, and others can read it then.',
  verb: 'Share it',
};

export const isSame = (a: Pick<Grant, 'subject_kind' | 'subject'>, b: typeof a): boolean =>
  a.subject_kind === b.subject_kind && a.subject === b.subject;

/** The grants of a credential, and how they are changed one by one. */
export function useGrants(id: string) {
  const queryKey = ['credential', id, 'grants'];
  const query = useQuery({ queryKey, queryFn: ({ signal }) => listGrants(id, { signal }) });
  const { busy, act } = useAct(queryKey, [LIST_KEY]);
  const { withReason, dialog } = useReason(WORDS);
  const change = async (next: (before: readonly Grant[]) => readonly Grant[]) => {
    const once = (reason?: string) =>
      listGrants(id).then(({ grants }) => replaceGrants(id, next(grants), reason));
    // Others may change the grants between the read and the write.
    const twice = (reason?: string) =>
      once(reason).catch((error: unknown) => {
        if (error instanceof RequestError && error.code === 'conflict') return once(reason);
        throw error;
      });
    return (await withReason(twice)) !== null;
  };
  /** Rejects where the broker refuses it, so that a form can show it. */
  const put = async (grant: Grant): Promise<boolean> => {
    const done = await change((before) => [...before.filter((one) => !isSame(one, grant)), grant]);
    await query.refetch();
    return done;
  };
  const remove = (grant: Grant, name: string) =>
    act(`remove ${grant.subject}`, async () => {
      if (!(await change((before) => before.filter((one) => !isSame(one, grant))))) return;
      toast(`It is no longer shared with ${name}.`, {
        action: { label: 'Undo', run: () => void act('undo', () => put(grant)) },
      });
    });
  return { query, busy, put, remove, dialog };
}
