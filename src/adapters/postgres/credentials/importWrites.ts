import type { ImportWrites } from '../../../ports/imports.js';
import type { Query } from '../core/pools.js';

const MARK_IMPORT = `
  insert into broker.import_marks as before (credential_id, fields, env_names, at) values ($1, $2, $3, $4)
  on conflict (credential_id) do update set fields = before.fields || excluded.fields,
    env_names = before.env_names || excluded.env_names, at = excluded.at`;

/** An import that leaves the same names starts no new weeks of reminders. */
const LEFTOVERS = `
  insert into broker.env_leftovers as before (principal, names, imported_at) values ($1, $2, $3)
  on conflict (principal) do update set names = excluded.names, imported_at = excluded.imported_at
  where before.names is distinct from excluded.names`;

/** What an import leaves besides the credentials. */
export function importWrites(query: Query): ImportWrites {
  return {
    async markImport(credentialId, { fields, envNames }, at) {
      const values = [credentialId, JSON.stringify(fields), JSON.stringify(envNames), at];
      await query({ text: MARK_IMPORT, values });
    },
    async setEnvLeftovers(principal, names, at) {
      if (names.length > 0) await query({ text: LEFTOVERS, values: [principal, names, at] });
      else
        await query({ text: 'delete from broker.env_leftovers where principal = $1', values: [principal] });
    },
  };
}
