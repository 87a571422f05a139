import { notFound } from '../../../domain/errors.js';
import type { ChangeTx } from '../../../ports/changes.js';
import { replaceGrants } from '../access/grantWrites.js';
import { CREDENTIAL_COLUMNS, credentialValues, toCredential } from '../core/credentialRow.js';
import type { Query } from '../core/pools.js';
import { insert, insertRecord, uuidOrNull } from '../core/values.js';

type CredentialWrites = Pick<
  ChangeTx,
  | 'lock'
  | 'insertCredential'
  | 'updateCredential'
  | 'insertVersion'
  | 'markImport'
  | 'setVersionStates'
  | 'openIntent'
  | 'closeIntent'
  | 'replaceGrants'
>;

const MARK_IMPORT = `
  insert into broker.import_marks as before (credential_id, fields, env_names, at) values ($1, $2, $3, $4)
  on conflict (credential_id) do update set fields = before.fields || excluded.fields,
    env_names = before.env_names || excluded.env_names, at = excluded.at`;

const SET_STATES = `
  update broker.credential_versions v set state = given.state
  from unnest($2::integer[], $3::text[]) given (version, state)
  where v.credential_id = $1 and v.version = given.version and v.state <> given.state
  returning v.version`;

/** Writes of one transaction to what belongs to a credential. */
export function credentialWrites(query: Query): CredentialWrites {
  return {
    async lock(credentialId) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c where c.id = $1 for update`;
      const [row] = await query({ text, values: [uuidOrNull(credentialId)] });
      return row === undefined ? null : toCredential(row);
    },
    async insertCredential(credential) {
      const { columns, values } = credentialValues(credential);
      await insert(query, 'credentials', columns, values);
    },
    async updateCredential(id, patch, by, at) {
      const { columns, values } = credentialValues({ ...patch, updatedAt: at, updatedBy: by });
      const sets = columns.map((column, index) => `${column} = $${index + 2}`).join(', ');
      const text = `update broker.credentials c set ${sets}, revision = c.revision + 1
                    where c.id = $1 returning ${CREDENTIAL_COLUMNS}`;
      const [row] = await query({ text, values: [uuidOrNull(id), ...values] });
      if (row === undefined) throw notFound();
      return toCredential(row);
    },
    insertVersion: (version) =>
      insertRecord(query, 'credential_versions', {
        credential_id: version.credentialId,
        version: version.version,
        created_time: version.createdTime,
        settings: version.settings,
        secret_fields: version.secretFields,
        changed_fields: version.changedFields,
        author: version.author,
        reason: version.reason,
        source: version.source,
        fingerprint: version.fingerprint,
        state: version.state,
        recorded_at: version.recordedAt,
      }),
    async markImport(credentialId, { fields, envNames }, at) {
      const values = [credentialId, JSON.stringify(fields), JSON.stringify(envNames), at];
      await query({ text: MARK_IMPORT, values });
    },
    async setVersionStates(credentialId, states) {
      const values = [credentialId, states.map(({ version }) => version), states.map(({ state }) => state)];
      return (await query({ text: SET_STATES, values })).length === states.length;
    },
    openIntent: (intent) =>
      insertRecord(query, 'write_intents', {
        id: intent.id,
        credential_id: intent.credentialId,
        kind: intent.kind,
        expected_version: intent.expectedVersion,
        fingerprint: intent.fingerprint,
        settings: intent.settings,
        secret_fields: intent.secretFields,
        changed_fields: intent.changedFields,
        actor: intent.actor,
        request_id: intent.requestId,
        reason: intent.reason,
        source: intent.source,
        patch: intent.patch,
        created_at: intent.createdAt,
      }),
    async closeIntent(id, outcome, at) {
      const text =
        'update broker.write_intents set outcome = $2, closed_at = $3 where id = $1 and closed_at is null';
      await query({ text, values: [id, outcome, at] });
    },
    replaceGrants: (...args) => replaceGrants(query, ...args),
  };
}
