import type { Destroyer } from '../../../ports/vault.js';
import { storeUnavailable } from '../connection/faults.js';
import { safeCredentialPath, safeMount } from '../connection/paths.js';
import type { VaultAccess } from '../connection/vaultApi.js';

/** `Destroyer` over one KV v2 mount, logged in as the role `destroyer`. */
export function createDestroyer({ access, mount }: { access: VaultAccess; mount: string }): Destroyer {
  const base = `${safeMount(mount)}/metadata`;
  return {
    async destroy(path) {
      const changed = await access.change('DELETE', `${base}/${safeCredentialPath(path)}`);
      const gone = changed.verdict === 'ok' || changed.verdict === 'missing';
      if (!gone) throw storeUnavailable(`removing: ${changed.verdict}`);
    },
  };
}
