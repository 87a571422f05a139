import { useNavigate } from '@tanstack/react-router';
import type { SeenCredential, StoredTestResult } from '../../client/contract.js';
import {
  deleteCredential,
  restoreCredential,
  testCredential,
  updateCredential,
} from '../../client/credentials.js';
import { toast } from '../../parts/toasts.js';
import { useAct } from '../../parts/useAct.js';
import { useReason } from '../reason/useReason.js';
import { LIST_KEY } from '../useCredentialList.js';

const WORDS = {
  title: 'Why do you enable it?',
  text: 'This credential is not yours, and others can read it again.',
  verb: 'Enable it',
};

/** Test, disable, enable and delete; what can be taken back has an Undo. */
export function useDetailActs(
  { id, name }: Pick<SeenCredential, 'id' | 'name'>,
  onTested: (result: StoredTestResult) => void,
) {
  const { busy, act } = useAct(['credential', id], [LIST_KEY]);
  const { withReason, dialog } = useReason(WORDS);
  const navigate = useNavigate();
  const test = () => act('test', async () => onTested(await testCredential(id)));
  const remove = () =>
    act('delete', async () => {
      await deleteCredential(id);
      toast(`${name} is deleted. It can be restored for 30 days.`, {
        action: { label: 'Undo', run: () => void act('restore', () => restoreCredential(id)) },
      });
      await navigate({ to: '/credentials', search: {} });
    });
  const setDisabled = (disabled: boolean): Promise<boolean> =>
    act('disable', async () => {
      const saved = await withReason((reason) => updateCredential(id, { disabled }, { reason }));
      if (saved === null) return;
      const sentence = disabled ? 'is disabled. Nobody can read it.' : 'is enabled.';
      toast(`${name} ${sentence}`, {
        action: { label: 'Undo', run: () => void setDisabled(!disabled) },
      });
    });
  return { busy, test, remove, setDisabled, dialog };
}
