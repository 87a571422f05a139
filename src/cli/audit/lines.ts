import type { AuditRow } from '../../domain/audit/audit.js';
import type { ChainHead } from '../../domain/audit/auditChain.js';
import type { CheckpointLine, RowLine } from './exportFile.js';

export function objectIn(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

export function rowIn(text: string): ChainHead | null {
  const { row } = (objectIn(text) ?? {}) as { row?: unknown };
  return isRow(row) ? { chain: row.chain, seq: row.seq, hash: row.hash } : null;
}

export function isRow(value: unknown): value is RowLine {
  const { chain, seq, at, hash } = (value ?? {}) as Partial<RowLine>;
  return (
    typeof chain === 'string' && typeof seq === 'number' && typeof at === 'string' && typeof hash === 'string'
  );
}

export function isCheckpoint(value: unknown): value is CheckpointLine {
  const { number, at, payload, signature } = (value ?? {}) as Partial<CheckpointLine>;
  const texts = [at, payload, signature].every((text) => typeof text === 'string');
  return typeof number === 'number' && texts;
}

export function isCounts(value: unknown): value is { rows: number; checkpoints: number } {
  const { rows, checkpoints } = (value ?? {}) as Record<string, unknown>;
  return typeof rows === 'number' && typeof checkpoints === 'number';
}

export function rowOf(line: RowLine): AuditRow {
  return {
    chain: line.chain,
    seq: line.seq,
    at: new Date(line.at),
    action: line.action,
    outcome: line.outcome,
    actor: line.actor,
    actorKind: line.actor_kind,
    requestId: line.request_id,
    ip: line.ip,
    credentialId: line.credential_id,
    version: line.version,
    code: line.code,
    usedBy: line.used_by,
    purpose: line.purpose,
    breakGlass: line.break_glass,
    breakGlassReason: line.break_glass_reason,
    details: line.details ?? {},
    prevHash: line.prev_hash,
    hash: line.hash,
    mac: line.mac ?? null,
  } as AuditRow;
}
