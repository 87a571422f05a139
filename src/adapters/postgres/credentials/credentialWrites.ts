import type { Credential } from '../../../domain/credentials/credential.js';
import { notFound } from '../../../domain/errors.js';
import type { CredentialWrites } from '../../../ports/credentials.js';
import type { IntentWrites } from '../../../ports/writing.js';
import { assignments, given, insertEntity } from '../core/columns.js';
import { CREDENTIAL, CREDENTIAL_COLUMNS } from '../core/credentialRow.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { INTENT, USAGE, VERSION } from './credentialColumns.js';

const SET_STATES = `
  update broker.credential_versions v set state = given.state
  from unnest($2::integer[], $3::text[]) given (version, state)
  where v.credential_id = $1 and v.version = given.version and v.state <> given.state
  returning v.version`;

/** Writes of one transaction to what belongs to a credential. */
export function credentialWrites(query: Query): CredentialWrites & IntentWrites {
  return {
    async lock(credentialId) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c where c.id = $1 for update`;
      return (await query<Credential>({ text, values: [uuidOrNull(credentialId)] }))[0] ?? null;
    },
    insertCredential: (credential) => insertEntity(query, 'credentials', CREDENTIAL, credential),
    async updateCredential(id, patch, by, at) {
      const { columns, values } = given(CREDENTIAL, { ...patch, updatedAt: at, updatedBy: by });
      const sets = assignments(columns, 2).join(', ');
      const text = `update broker.credentials c set ${sets}, revision = c.revision + 1
                    where c.id = $1 returning ${CREDENTIAL_COLUMNS}`;
      const [credential] = await query<Credential>({ text, values: [uuidOrNull(id), ...values] });
      if (credential === undefined) throw notFound();
      return credential;
    },
    insertVersion: (version) => insertEntity(query, 'credential_versions', VERSION, version),
    async setVersionStates(credentialId, states) {
      const values = [credentialId, states.map(({ version }) => version), states.map(({ state }) => state)];
      return (await query({ text: SET_STATES, values })).length === states.length;
    },
    openIntent: (intent) => insertEntity(query, 'write_intents', INTENT, intent),
    async closeIntent(id, outcome, at) {
      const text =
        'update broker.write_intents set outcome = $2, closed_at = $3 where id = $1 and closed_at is null';
      await query({ text, values: [id, outcome, at] });
    },
    reportUsage: (row) => insertEntity(query, 'credential_usage', USAGE, row),
  };
}
