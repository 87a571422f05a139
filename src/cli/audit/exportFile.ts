import type { z } from 'zod';
import type { auditRowItem, auditRowsAnswer, checkpointItem, checkpointsAnswer } from '../../api/audit.js';
import type { AuditProblem } from '../../domain/audit/auditProof.js';
import { parsePayload, UNSIGNED_MS } from '../../domain/audit/checkpoint.js';
import type { Cli } from '../client/cli.js';

/** The broker that is asked. */
export type Source = Pick<Cli, 'call'> & { api: { server: { origin: string } } };

export type RowLine = z.output<typeof auditRowItem>;
export type CheckpointLine = z.output<typeof checkpointItem>;

/** The first line of an export. */
export interface Header {
  glassdome_audit: 1;
  broker: string;
  /** Its checkpoint is where the export begins; null: with the first row that there is. */
  base: number | null;
  since: string | null;
  until: string | null;
  /** The checkpoint that Vault remembered: an export up to now holds it. */
  remembered: { number: number; sha256: string } | null;
  /** What the broker itself found wrong when it signed for this export. */
  problems: AuditProblem[];
}

export type Line =
  | Header
  | { checkpoint: CheckpointLine }
  | { row: RowLine }
  | { end: { checkpoints: number; rows: number } };

/** Rows of one chain: those after `from`, up to `to`. */
interface Span {
  from: number;
  to: number;
}

export interface ExportOptions {
  since?: string;
  until?: string;
}

/**
 * The lines of an export, as they are read: checkpoints, then the rows that they vouch for, from the checkpoint before
 * `since` to the first one after `until`. Of the rows only numbers are held. What came after the last checkpoint is left to
 * the next export: rows that nothing in the file vouches for could be edited without a trace.
 */
export async function* exportLines(cli: Source, { since, until }: ExportOptions): AsyncGenerator<Line> {
  const { body } = await cli.call<Pick<Header, 'remembered' | 'problems'>>('/api/audit/checkpoints', {
    method: 'POST',
  });
  const base = since === undefined ? null : await baseOf(cli, since);
  yield {
    glassdome_audit: 1,
    broker: cli.api.server.origin,
    base,
    since: since ?? null,
    until: until ?? null,
    remembered: body.remembered,
    problems: body.problems,
  };
  const spans = new Map<string, Span>();
  let checkpoints = 0;
  let signedAt = Number.NaN;
  for await (const checkpoint of checkpointsOf(cli, since)) {
    yield { checkpoint };
    checkpoints += 1;
    const payload = parsePayload(checkpoint.payload);
    if (payload === null || (base !== null && checkpoint.number < base)) continue;
    signedAt = Date.parse(payload.at);
    for (const { chain, seq } of payload.heads) widen(spans, { chain, seq }, checkpoint.number === base);
    if (until !== undefined && Date.parse(payload.at) >= Date.parse(until)) break;
  }
  let rows = 0;
  const isNewer = (row: RowLine) =>
    row.seq > (spans.get(row.chain)?.to ?? -1) && Date.parse(row.at) >= signedAt - UNSIGNED_MS;
  const wanted = since === undefined && until === undefined ? allRows(cli) : rowsOf(cli, spans);
  for await (const row of wanted) {
    if (isNewer(row)) continue;
    yield { row };
    rows += 1;
  }
  yield { end: { checkpoints, rows } };
}

function widen(
  spans: Map<string, Span>,
  { chain, seq }: { chain: string; seq: number },
  isBase: boolean,
): void {
  const span = spans.get(chain) ?? { from: isBase ? seq : -1, to: seq };
  spans.set(chain, { from: span.from, to: Math.max(span.to, seq) });
}

/** The newest checkpoint before `since`; null where all are younger. */
async function baseOf(cli: Source, since: string): Promise<number | null> {
  for await (const { number, at, payload } of checkpointsOf(cli, since)) {
    if (Date.parse(at) > Date.parse(since)) return null;
    if (!payload.includes('"dropped":')) return number;
  }
  return null;
}

async function* checkpointsOf(cli: Source, since: string | undefined): AsyncGenerator<CheckpointLine> {
  const from: Record<string, string> = since === undefined ? {} : { since };
  for (let after: Record<string, string> = {}; ; ) {
    const query = new URLSearchParams({ ...from, ...after });
    const { body } = await cli.call<z.output<typeof checkpointsAnswer>>(`/api/audit/checkpoints?${query}`);
    yield* body.items;
    const last = body.items.at(-1);
    if (last === undefined) return;
    after = { after: last.key };
  }
}

/** Also those that no checkpoint names: a chain that nobody signed is what a forger leaves. */
async function* allRows(cli: Source): AsyncGenerator<RowLine> {
  for (let after: Record<string, string> = {}; ; ) {
    const items = await pageOf(cli, after);
    yield* items;
    const last = items.at(-1);
    if (last === undefined) return;
    after = { chain: last.chain, seq: String(last.seq), at: last.at };
  }
}

/** Goes from chain to chain; what comes between two spans is passed over. */
async function* rowsOf(cli: Source, spans: ReadonlyMap<string, Span>): AsyncGenerator<RowLine> {
  for (const [chain, { from, to }] of [...spans].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const isWanted = (row: RowLine) => row.chain === chain && row.seq <= to;
    let after: Record<string, string> = { chain, seq: String(from) };
    for (let more = from < to; more; ) {
      const items = await pageOf(cli, after);
      const wanted = items.filter(isWanted);
      yield* wanted;
      const last = wanted.at(-1);
      more = last !== undefined && wanted.length === items.length;
      if (last !== undefined) after = { chain, seq: String(last.seq), at: last.at };
    }
  }
}

async function pageOf(cli: Source, after: Record<string, string>): Promise<RowLine[]> {
  const path = `/api/audit/rows?${new URLSearchParams(after)}`;
  return (await cli.call<z.output<typeof auditRowsAnswer>>(path)).body.items;
}
