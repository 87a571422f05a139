import type { SeenCredential } from '../../../client/contract.js';
import { activateVersion } from '../../../client/credentialParts.js';
import { testCredential } from '../../../client/credentials.js';
import { toast } from '../../../parts/toasts.js';
import { useAct } from '../../../parts/useAct.js';
import { LIST_KEY } from '../../useCredentialList.js';

/** Tests a version, or makes it the active one with a way back. */
export function useVersionActs({
  id,
  active_version: before,
}: Pick<SeenCredential, 'id' | 'active_version'>) {
  const { busy, act } = useAct(['credential', id], [LIST_KEY]);
  const back = (version: number) =>
    act(`activate ${version}`, async () => {
      await activateVersion(id, version);
      toast(`Version ${version} is active again.`);
    });
  const activate = (version: number) =>
    act(`activate ${version}`, async () => {
      await activateVersion(id, version);
      const undo = before === null ? {} : { action: { label: 'Undo', run: () => void back(before) } };
      toast(`Version ${version} is active. Everybody gets its values from now on.`, undo);
    });
  const test = (version: number) =>
    act(`test ${version}`, async () => {
      const { ok, advice } = await testCredential(id, version);
      toast(`Version ${version}: ${advice}`, { tone: ok ? 'done' : 'failed' });
    });
  return { busy, activate, test };
}
