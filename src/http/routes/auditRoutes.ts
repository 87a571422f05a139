import type { z } from 'zod';
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
import type { ArchivedRow } from '../../ports/auditTrail.js';
import {
  auditKeys,
  checkpointNow,
  exportCheckpoints,
  exportRows,
  verifyAudit,
} from '../../usecases/operations/audit.js';
import { json, parse, type Route } from '../route.js';

const MOST_LISTED = 1_000;

/** The proof of the audit, here and elsewhere. */
export const auditRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/audit/verify',
    summary: 'Recompute and check every chain',
    answer: auditProof,
    auth: 'token',
    handle: async ({ ports, call, response }) => {
      const { lastCheckpoint, problemCount, unsignedRows, oldestUnsignedAt, ...proof } = await verifyAudit(
        ports,
        call,
      );
      json(response, {
        ...proof,
        last_checkpoint: lastCheckpoint,
        problem_count: problemCount,
        unsigned_rows: unsignedRows,
        oldest_unsigned_at: oldestUnsignedAt,
      });
    },
  },
  {
    method: 'post',
    path: '/api/audit/checkpoints',
    summary: 'Sign the audit up to now, before an export',
    answer: checkpointedAnswer,
    auth: 'token',
    handle: async ({ ports, call, response }) => {
      const { newest, remembered, problems } = await checkpointNow(ports, call);
      const known = remembered && { number: remembered.number, sha256: remembered.sha256 };
      json(response, { checkpoint: newest, remembered: known, problems: problems.slice(0, MOST_LISTED) });
    },
  },
  {
    method: 'get',
    path: '/api/audit/checkpoints',
    summary: 'Signed checkpoints in the order of their numbers, for an export',
    answer: checkpointsAnswer,
    auth: 'token',
    query: checkpointsQuery,
    handle: async ({ ports, call, request, response }) => {
      const { since, ...page } = parse(checkpointsQuery, request.query);
      const from = since === undefined ? {} : { since: new Date(since) };
      const items = await exportCheckpoints(ports, call, { ...page, ...from });
      json(response, {
        items: items.map(({ key, number, at, payload, signature }) => ({
          key,
          number,
          at,
          payload,
          signature,
        })),
      });
    },
  },
  {
    method: 'get',
    path: '/api/audit/rows',
    summary: 'Rows of the audit with all that is hashed, by chain and number, for an export',
    answer: auditRowsAnswer,
    auth: 'token',
    query: auditRowsQuery,
    handle: async ({ ports, call, request, response }) => {
      const items = await exportRows(ports, call, parse(auditRowsQuery, request.query));
      json(response, { items: items.map(presentRow) });
    },
  },
  {
    method: 'get',
    path: '/api/audit/key',
    summary: 'The public keys that checkpoints are signed with',
    answer: auditKeyAnswer,
    auth: 'token',
    handle: async ({ ports, call, response }) => {
      const keys = await auditKeys(ports, call);
      json(response, { keys: keys.map(({ version, pem }) => ({ version, public_key: pem })) });
    },
  },
];

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
