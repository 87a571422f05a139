import type { z } from 'zod';
import { auditPage } from '../../api/answers.js';
import {
  auditKeyAnswer,
  auditProof,
  type auditRowItem,
  auditRowsAnswer,
  auditRowsQuery,
  checkpointedAnswer,
  checkpointsAnswer,
  checkpointsQuery,
} from '../../api/audit.js';
import { type AuditQuery, auditQuery } from '../../api/credentials.js';
import type { ArchivedRow, AuditFilter } from '../../ports/auditTrail.js';
import {
  auditKeys,
  checkpointNow,
  exportCheckpoints,
  exportRows,
  listAudit,
  verifyAudit,
} from '../../usecases/operations/audit.js';
import { isoOrNull } from '../present/moments.js';
import { presentAudit } from '../present/presenters.js';
import { paged, pageOf, type Route, route } from '../route.js';

const MOST_LISTED = 1_000;

/** The audit trail, and the proof of it, here and elsewhere. */
export const auditRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/audit',
    id: 'listAudit',
    tag: 'Audit',
    summary: 'List the audit trail, newest first',
    description: 'Admins see everything. Others see rows about their credentials and their own actions.',
    auth: 'token',
    query: auditQuery,
    answer: auditPage,
    handle: async ({ ports, call, query: { limit, cursor, ...filter } }) =>
      paged(await listAudit(ports, call, filterOf(filter), pageOf({ limit, cursor })), presentAudit),
  }),
  route({
    method: 'get',
    path: '/api/audit/verify',
    id: 'verifyAudit',
    tag: 'Audit',
    summary: 'Check every audit chain',
    auth: 'token',
    answer: auditProof,
    handle: async ({ ports, call }) => {
      const { lastCheckpoint, problemCount, unsignedRows, oldestUnsignedAt, ...proof } = await verifyAudit(
        ports,
        call,
      );
      return {
        ...proof,
        last_checkpoint: lastCheckpoint,
        problem_count: problemCount,
        unsigned_rows: unsignedRows,
        oldest_unsigned_at: isoOrNull(oldestUnsignedAt),
      };
    },
  }),
  route({
    method: 'post',
    path: '/api/audit/checkpoints',
    id: 'createCheckpoint',
    tag: 'Audit',
    summary: 'Sign the audit up to now, before an export',
    auth: 'token',
    answer: checkpointedAnswer,
    handle: async ({ ports, call }) => {
      const { newest, remembered, problems } = await checkpointNow(ports, call);
      const known = remembered && { number: remembered.number, sha256: remembered.sha256 };
      return { checkpoint: newest, remembered: known, problems: problems.slice(0, MOST_LISTED) };
    },
  }),
  route({
    method: 'get',
    path: '/api/audit/checkpoints',
    id: 'exportCheckpoints',
    tag: 'Audit',
    summary: 'Export signed checkpoints in the order of their numbers',
    auth: 'token',
    query: checkpointsQuery,
    answer: checkpointsAnswer,
    handle: async ({ ports, call, query: { since, ...page } }) => {
      const from = since === undefined ? {} : { since: new Date(since) };
      const items = await exportCheckpoints(ports, call, { ...page, ...from });
      return {
        items: items.map(({ key, number, at, payload, signature }) => ({
          key,
          number,
          at,
          payload,
          signature,
        })),
      };
    },
  }),
  route({
    method: 'get',
    path: '/api/audit/rows',
    id: 'exportAuditRows',
    tag: 'Audit',
    summary: 'Export audit rows with everything that their hashes cover',
    auth: 'token',
    query: auditRowsQuery,
    answer: auditRowsAnswer,
    handle: async ({ ports, call, query }) => ({
      items: (await exportRows(ports, call, query)).map(presentRow),
    }),
  }),
  route({
    method: 'get',
    path: '/api/audit/key',
    id: 'getAuditKeys',
    tag: 'Audit',
    summary: 'Get the public keys that checkpoints are signed with',
    auth: 'token',
    answer: auditKeyAnswer,
    handle: async ({ ports, call }) => {
      const keys = await auditKeys(ports, call);
      return { keys: keys.map(({ version, pem }) => ({ version, public_key: pem })) };
    },
  }),
];

function filterOf(query: Omit<AuditQuery, 'limit' | 'cursor'>): AuditFilter {
  const { credential_id: credentialId, request_id: requestId, actor, action, outcome, from, to } = query;
  return {
    ...(credentialId !== undefined && { credentialId }),
    ...(actor !== undefined && { actor }),
    ...(requestId !== undefined && { requestId }),
    ...(action !== undefined && (action.endsWith('*') ? { actionPrefix: action.slice(0, -1) } : { action })),
    ...(outcome !== undefined && { outcome }),
    ...(from !== undefined && { from: new Date(from) }),
    ...(to !== undefined && { to: new Date(to) }),
  };
}

function presentRow({ row, exactAt }: ArchivedRow): z.output<typeof auditRowItem> {
  return {
    chain: row.chain,
    seq: row.seq,
    at: exactAt,
    action: row.action,
    outcome: row.outcome,
    actor: row.actor,
    actor_kind: row.actorKind,
    request_id: row.requestId,
    ip: row.ip,
    credential_id: row.credentialId,
    version: row.version,
    code: row.code,
    used_by: row.usedBy,
    purpose: row.purpose,
    break_glass: row.breakGlass,
    break_glass_reason: row.breakGlassReason,
    details: row.details,
    prev_hash: row.prevHash,
    hash: row.hash,
    mac: row.mac,
  };
}
