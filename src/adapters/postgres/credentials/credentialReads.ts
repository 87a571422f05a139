import type { Grant } from '../../../domain/access/grant.js';
import type { Credential, CredentialVersion } from '../../../domain/credentials/credential.js';
import type { ImportMark } from '../../../domain/imports/importMerge.js';
import type { CredentialReads, UsageRow } from '../../../ports/credentials.js';
import type { ReconcileReads } from '../../../ports/findings.js';
import type { ImportReads } from '../../../ports/imports.js';
import type { PageRequest } from '../../../ports/page.js';
import type { IntentReads, OpenIntent, WriteIntent } from '../../../ports/writing.js';
import { select } from '../core/columns.js';
import { CREDENTIAL_COLUMNS } from '../core/credentialRow.js';
import { pageOf, readCursor } from '../core/cursor.js';
import type { Query } from '../core/pools.js';
import { uuidOrNull } from '../core/values.js';
import { whereClause } from '../core/whereClause.js';
import { consumersOf } from './consumers.js';
import { GRANT, INTENT, OPEN_INTENT, USAGE, VERSION } from './credentialColumns.js';
import { toPatch } from './patchJson.js';

type Reads = CredentialReads & ImportReads & IntentReads & ReconcileReads;

/** The next run sees what is beyond. */
const MOST_INTENTS = 10_000;
const VERSIONS = `select ${select(VERSION)} from broker.credential_versions`;

/** What belongs to one credential. Nothing here asks who wants it: `access` did. */
export function credentialReads(query: Query): Reads {
  return {
    async versions(credentialId) {
      const text = `${VERSIONS} where credential_id = $1 order by version desc`;
      return await query<CredentialVersion>({ text, values: [uuidOrNull(credentialId)] });
    },
    async version(credentialId, version) {
      const text = `${VERSIONS} where credential_id = $1 and version = $2`;
      const values = [uuidOrNull(credentialId), version];
      return (await query<CredentialVersion>({ name: 'version', text, values }))[0] ?? null;
    },
    async grants(credentialId) {
      const text = `select ${select(GRANT)} from broker.grants where credential_id = $1 order by subject_kind, subject`;
      return await query<Grant>({ text, values: [uuidOrNull(credentialId)] });
    },
    usage: (credentialId, page) => usagePage(query, credentialId, page),
    consumers: (credentialId, since) => consumersOf(query, credentialId, since),
    async ownedBy(owner) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c
                    where c.owner = $1 and c.status in ('pending', 'active', 'disabled') order by c.created_at, c.id`;
      return await query<Credential>({ text, values: [owner] });
    },
    async endedImports(owner) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c
                    where c.owner = $1 and c.labels ? 'import' and c.deleted_by is distinct from 'system'
                      and c.status in ('disabled', 'deleted', 'destroying', 'destroyed')
                    order by c.updated_at desc, c.id`;
      return await query<Credential>({ text, values: [owner] });
    },
    async importMark(credentialId) {
      const text = 'select fields, env_names as "envNames" from broker.import_marks where credential_id = $1';
      return (await query<ImportMark>({ text, values: [uuidOrNull(credentialId)] }))[0] ?? null;
    },
    async fillsVariable(owner, variables) {
      const text = `select exists (select 1 from broker.credentials c
                      where c.owner = $1 and c.status = 'active' and c.env_names ?| $2::text[]) as found`;
      const [row] = await query<{ found: boolean }>({
        name: 'fills-variable',
        text,
        values: [owner, [...variables]],
      });
      return row?.found === true;
    },
    async openIntents(olderThan) {
      const text = `select ${select(OPEN_INTENT)} from broker.write_intents
                    where closed_at is null and created_at < $1 order by created_at limit ${MOST_INTENTS}`;
      return await query<OpenIntent>({ text, values: [olderThan] });
    },
    async openIntent(credentialId) {
      const text = `select ${select(INTENT)} from broker.write_intents where closed_at is null and credential_id = $1`;
      const [intent] = await query<WriteIntent>({ text, values: [uuidOrNull(credentialId)] });
      return intent === undefined ? null : { ...intent, patch: toPatch({ ...intent.patch }) };
    },
    async allCredentials(afterId, limit) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c
                    where ($1::uuid is null or c.id > $1::uuid) and (c.status <> 'destroyed' or exists (
                      select 1 from broker.vault_findings f where f.credential_id = c.id and f.resolved_at is null))
                    order by c.id limit $2`;
      return await query<Credential>({ text, values: [afterId, limit] });
    },
    async toDestroy(afterId, limit) {
      const text = `select ${CREDENTIAL_COLUMNS} from broker.credentials c
                    where c.status = 'destroying' and ($1::uuid is null or c.id > $1::uuid)
                    order by c.id limit $2`;
      return await query<Credential>({ text, values: [afterId, limit] });
    },
    async destructionsWaiting() {
      const text = `select count(*)::int as waiting from broker.credentials where status = 'destroying'`;
      const [row] = await query<{ waiting: number }>({ text });
      return row?.waiting ?? 0;
    },
    async nextCredentialId(afterId) {
      const text = `select id from broker.credentials where ($1::uuid is null or id > $1::uuid) order by id limit 1`;
      return (await query<{ id: string }>({ text, values: [afterId] }))[0]?.id ?? null;
    },
  };
}

const usagePage = async (query: Query, credentialId: string, page: PageRequest) => {
  const where = whereClause();
  where.and(`credential_id = ${where.value(uuidOrNull(credentialId))}`);
  const position = readCursor(page.cursor, ['uuid']);
  if (position !== null) {
    const at = where.value(position.at);
    where.and(`(used_at, id) < (${at}, ${where.value(position.keys[0] ?? null)}::uuid)`);
  }
  const limit = where.value(page.limit + 1);
  const rows = await query<UsageRow & { id: string }>({
    text: `select id, ${select(USAGE)} from broker.credential_usage ${where.text()} order by used_at desc, id desc limit ${limit}`,
    values: where.values(),
  });
  return pageOf(rows, page, {
    item: ({ id, ...used }) => used,
    position: ({ usedAt, id }) => ({ at: usedAt, keys: [id] }),
  });
};
