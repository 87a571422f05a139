import type { Grant } from '../../../domain/access/grant.js';
import type { CredentialVersion } from '../../../domain/credentials/credential.js';
import type { ImportMark } from '../../../domain/imports/importMerge.js';
import type { Records } from '../../../ports/records.js';
import type { UsageRow } from '../../../ports/usage.js';
import type { OpenIntent, WriteIntent } from '../../../ports/writing.js';
import { CREDENTIAL_COLUMNS, toCredential } from '../core/credentialRow.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query, Row } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { whereClause } from '../core/whereClause.js';
import { toPatch } from './patchJson.js';

type CredentialReads = Pick<
  Records,
  | 'versions'
  | 'version'
  | 'grants'
  | 'usage'
  | 'ownedBy'
  | 'endedImports'
  | 'importMark'
  | 'fillsVariable'
  | 'openIntents'
  | 'openIntent'
  | 'allCredentials'
  | 'toDestroy'
  | 'destructionsWaiting'
  | 'nextCredentialId'
>;

/** The next run sees what is beyond. */
const MOST_INTENTS = 10_000;
const INTENTS = 'select * from broker.write_intents where closed_at is null and';

/** What belongs to one credential. Nothing here asks who wants it: `access` did. */
export function credentialReads(query: Query): CredentialReads {
  return {
    async versions(credentialId) {
      const text = 'select * from broker.credential_versions where credential_id = $1 order by version desc';
      return (await query({ text, values: [uuidOrNull(credentialId)] })).map(toVersion);
    },
    async version(credentialId, version) {
      const text = 'select * from broker.credential_versions where credential_id = $1 and version = $2';
      const [row] = await query({ name: 'version', text, values: [uuidOrNull(credentialId), version] });
      return row === undefined ? null : toVersion(row);
    },
    async grants(credentialId) {
      const text = 'select * from broker.grants where credential_id = $1 order by subject_kind, subject';
      return (await query({ text, values: [uuidOrNull(credentialId)] })).map(toGrant);
    },
    usage: (credentialId, page) => usagePage(query, credentialId, page),
    async ownedBy(owner) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c
                    where c.owner = $1 and c.status in ('pending', 'active', 'disabled') order by c.created_at, c.id`;
      return (await query({ text, values: [owner] })).map(toCredential);
    },
    async endedImports(owner) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c
                    where c.owner = $1 and c.labels ? 'import' and c.deleted_by is distinct from 'system'
                      and c.status in ('disabled', 'deleted', 'destroying', 'destroyed')
                    order by c.updated_at desc, c.id`;
      return (await query({ text, values: [owner] })).map(toCredential);
    },
    async importMark(credentialId) {
      const text = 'select fields, env_names from broker.import_marks where credential_id = $1';
      const [row] = await query({ text, values: [uuidOrNull(credentialId)] });
      return row === undefined ? null : ({ fields: row['fields'], envNames: row['env_names'] } as ImportMark);
    },
    async fillsVariable(owner, variables) {
      const text = `select exists (select 1 from broker.credentials c
                      where c.owner = $1 and c.status = 'active' and c.env_names ?| $2::text[]) as found`;
      const [row] = await query({ name: 'fills-variable', text, values: [owner, [...variables]] });
      return row?.['found'] === true;
    },
    async openIntents(olderThan) {
      const text = `select id, credential_id, kind, expected_version, actor, created_at from broker.write_intents
                    where closed_at is null and created_at < $1 order by created_at limit ${MOST_INTENTS}`;
      return (await query({ text, values: [olderThan] })).map(toOpenIntent);
    },
    async openIntent(credentialId) {
      const [row] = await query({
        text: `${INTENTS} credential_id = $1`,
        values: [uuidOrNull(credentialId)],
      });
      return row === undefined ? null : toIntent(row);
    },
    async allCredentials(afterId, limit) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c
                    where ($1::uuid is null or c.id > $1::uuid) and (c.status <> 'destroyed' or exists (
                      select 1 from broker.vault_findings f where f.credential_id = c.id and f.resolved_at is null))
                    order by c.id limit $2`;
      return (await query({ text, values: [afterId, limit] })).map(toCredential);
    },
    async toDestroy(afterId, limit) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c
                    where c.status = 'destroying' and ($1::uuid is null or c.id > $1::uuid)
                    order by c.id limit $2`;
      return (await query({ text, values: [afterId, limit] })).map(toCredential);
    },
    async destructionsWaiting() {
      const text = `select count(*)::int as waiting from broker.credentials where status = 'destroying'`;
      const [row] = await query({ text });
      return Number(row?.['waiting'] ?? 0);
    },
    async nextCredentialId(afterId) {
      const text = `select id from broker.credentials where ($1::uuid is null or id > $1::uuid) order by id limit 1`;
      const [row] = await query({ text, values: [afterId] });
      return (row?.['id'] as string | undefined) ?? null;
    },
  };
}

const usagePage = async (query: Query, credentialId: string, page: Parameters<Records['usage']>[1]) => {
  const where = whereClause();
  where.and(`credential_id = ${where.value(uuidOrNull(credentialId))}`);
  const position = readCursor(page.cursor, ['uuid']);
  if (position !== null) {
    const at = where.value(position.at);
    where.and(`(used_at, id) < (${at}, ${where.value(position.keys[0] ?? null)}::uuid)`);
  }
  const limit = where.value(page.limit + 1);
  const rows = await query({
    text: `select * from broker.credential_usage ${where.text()} order by used_at desc, id desc limit ${limit}`,
    values: where.values(),
  });
  return pageOf(rows, page, {
    item: toUsage,
    position: (row) => ({ at: row['used_at'] as Date, keys: [row['id'] as string] }),
  });
};

function toVersion(row: Row): CredentialVersion {
  return {
    credentialId: row['credential_id'],
    version: row['version'],
    createdTime: row['created_time'],
    settings: row['settings'],
    secretFields: row['secret_fields'],
    changedFields: row['changed_fields'],
    author: row['author'],
    reason: row['reason'],
    source: row['source'],
    fingerprint: row['fingerprint'],
    state: row['state'],
    recordedAt: row['recorded_at'],
  } as CredentialVersion;
}

function toGrant(row: Row): Grant {
  return {
    subjectKind: row['subject_kind'],
    subject: row['subject'],
    level: row['level'],
    expiresAt: row['expires_at'],
  } as Grant;
}

function toUsage(row: Row): UsageRow {
  return {
    credentialId: row['credential_id'],
    usedBy: row['used_by'],
    usedAt: row['used_at'],
    success: row['success'],
    errorCode: row['error_code'],
    purpose: row['purpose'],
    caller: row['caller'],
    reported: row['reported'],
  } as UsageRow;
}

function toOpenIntent(row: Row): OpenIntent {
  return {
    id: row['id'],
    credentialId: row['credential_id'],
    kind: row['kind'],
    expectedVersion: row['expected_version'],
    actor: row['actor'],
    createdAt: row['created_at'],
  } as OpenIntent;
}

function toIntent(row: Row): WriteIntent {
  return {
    ...toOpenIntent(row),
    fingerprint: row['fingerprint'],
    settings: row['settings'],
    secretFields: row['secret_fields'],
    changedFields: row['changed_fields'],
    requestId: row['request_id'],
    reason: row['reason'],
    source: row['source'],
    patch: toPatch(row['patch'] as Record<string, unknown>),
  } as WriteIntent;
}
