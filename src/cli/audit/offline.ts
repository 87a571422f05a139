import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ChainHead } from '../../domain/audit/auditChain.js';
import { onlyKeyed } from '../../domain/audit/auditMacs.js';
import { AuditCheck, type AuditProblem, AuditProblems } from '../../domain/audit/auditProof.js';
import { CHECKPOINTS, CheckpointCheck, parsePayload, payloadHash } from '../../domain/audit/checkpoint.js';
import { CliError, EXIT } from '../exitCodes.js';
import type { CheckpointLine, Header, RowLine } from './exportFile.js';
import { isCheckpoint, isCounts, isRow, objectIn, rowIn, rowOf } from './lines.js';

export interface OfflineProof {
  ok: boolean;
  rows: number;
  chains: number;
  checkpoints: number;
  /** The checkpoint after which the rows begin, with its signed date; null: with the first that there was. */
  base: { number: number; at: string } | null;
  /** The newest checkpoint, with its signed date; null: there is none. A cut file ends earlier. */
  last: { number: number; at: string } | null;
  problemCount: number;
  problems: readonly AuditProblem[];
}

/** What is wrong with the file itself. */
const FILE = 'file';

/** Verifies an export with nothing but public keys; holds no rows. `now` is for dates in the future. */
export async function verifyFile(file: string, keys: readonly KeyObject[], now: Date): Promise<OfflineProof> {
  const proof = new FileProof(keys, now);
  for await (const line of linesOf(file)) proof.line(line);
  const named = proof.continued();
  const stored: ChainHead[] = [];
  if (named.length > 0) {
    const wanted = new Set(named.map(({ chain, seq }) => `${chain} ${seq}`));
    for await (const line of linesOf(file)) {
      const row = rowIn(line);
      if (row !== null && wanted.has(`${row.chain} ${row.seq}`)) stored.push(row);
    }
  }
  return proof.end(stored);
}

/** All public keys of a PEM file. */
export function publicKeysIn(pem: string): KeyObject[] {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  try {
    const keys = blocks.map((block) => createPublicKey(block));
    if (keys.length > 0 && keys.every((key) => key.asymmetricKeyType === 'ed25519')) return keys;
  } catch {
    // Said below.
  }
  throw new CliError(
    '--key: the file contains no Ed25519 public keys in PEM form.',
    EXIT.usage,
    'Get it from the broker: glassdome audit key > key.pem',
  );
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, 'utf8');
  const failed = new Promise<never>((_resolve, reject) => {
    input.once('error', () => reject(new CliError(`${file}: cannot be read.`, EXIT.usage)));
  });
  failed.catch(() => undefined);
  await Promise.race([failed, new Promise((resolve) => input.once('open', resolve))]);
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line !== '') yield line;
}

class FileProof {
  readonly #problems = new AuditProblems();
  #header: Header | undefined;
  #checkpoints = new CheckpointCheck(this.#problems);
  #base: { number: number; at: string; heads: ChainHead[] } | null = null;
  readonly #baseEnds = new Map<string, number>();
  #rows: AuditCheck | undefined;
  #lines = 0;
  #ended = false;
  #remembered: boolean | null = null;

  constructor(
    private readonly keys: readonly KeyObject[],
    private readonly now: Date,
  ) {}

  line(text: string): void {
    this.#lines += 1;
    const line = objectIn(text);
    if (this.#header === undefined) return void this.#begin(line as Partial<Header> | null);
    if (this.#ended) return void this.#tell('there are more lines after the last one');
    if (line === null) return void this.#tell('the line is not readable');
    const { checkpoint, row, end } = line as Record<string, unknown>;
    if (isCheckpoint(checkpoint)) this.#checkpoint(checkpoint);
    else if (isRow(row)) this.#row(row);
    else if (isCounts(end)) this.#end(end);
    else this.#tell('the line does not belong to an export');
  }

  /** Heads that chains say they continue, where the export holds that chain. */
  continued(): ChainHead[] {
    return this.#check().continued();
  }

  end(stored: readonly ChainHead[]): OfflineProof {
    const check = this.#check();
    const partial = this.#header?.base !== null;
    // Of what came before the export nothing is known.
    const outside = partial ? check.continued().filter((head) => !this.#isIn(head.chain)) : [];
    check.end([...stored, ...outside]);
    this.#tellUnsigned(check);
    if (!this.#ended) this.#tell('the file is cut off: its last line is missing');
    this.#checkRemembered();
    const { count, listed } = this.#problems;
    const { chains, rows } = check;
    const base = this.#base && { number: this.#base.number, at: this.#base.at };
    const { count: checkpoints, last: newest, lastAt } = this.#checkpoints;
    const last = newest === null || lastAt === null ? null : { number: newest.number, at: lastAt };
    return { ok: count === 0, rows, chains, checkpoints, base, last, problemCount: count, problems: listed };
  }

  #begin(header: Partial<Header> | null): void {
    if (header?.glassdome_audit !== 1)
      throw new CliError(
        'The file is not an export of the audit trail.',
        EXIT.usage,
        'Create one: glassdome audit export > file',
      );
    this.#header = { base: null, until: null, remembered: null, problems: [], ...header } as Header;
    this.#checkpoints = new CheckpointCheck(this.#problems, this.#header.base);
  }

  #checkpoint(checkpoint: CheckpointLine): void {
    if (this.#rows !== undefined) return void this.#tell('a checkpoint comes after the rows');
    const valid = this.keys.some((key) => holds(checkpoint, key));
    this.#checkpoints.add(checkpoint, valid, this.now);
    const { number } = checkpoint;
    const payload = valid ? parsePayload(checkpoint.payload) : null;
    const base = this.#header?.base ?? null;
    if (base !== null && number < base && payload?.dropped === undefined)
      this.#tell('a checkpoint comes before the one that the file begins with');
    if (number === base && payload !== null) this.#base = { number, at: payload.at, heads: payload.heads };
    if (number === this.#header?.remembered?.number)
      this.#remembered = payloadHash(checkpoint.payload) === this.#header.remembered.sha256;
  }

  #row(line: RowLine): void {
    const { chain, seq } = line;
    if (seq <= (this.#baseEnds.get(chain) ?? -1))
      this.#problems.tell({ chain, seq }, 'it comes before the checkpoint that the file begins with');
    this.#check().row(rowOf(line), line.at);
  }

  /** At the first row all checkpoints were read. */
  #check(): AuditCheck {
    if (this.#rows !== undefined) return this.#rows;
    this.#checkpoints.end();
    if ((this.#header?.base ?? null) !== null && this.#base === null)
      this.#problems.tell(
        { chain: CHECKPOINTS, seq: this.#header?.base ?? 0 },
        'the first checkpoint is missing',
      );
    const { heads: signed, dropped, legacyEnds: ends, keyedSince } = this.#checkpoints;
    const macs = onlyKeyed({ ends, open: keyedSince === null });
    const known = { signed, dropped: [...dropped, ...(this.#base?.heads ?? [])], macs };
    this.#rows = new AuditCheck(known, this.#problems);
    return this.#rows;
  }

  #end({ rows, checkpoints }: { rows: number; checkpoints: number }): void {
    this.#ended = true;
    if (rows !== this.#check().rows || checkpoints !== this.#checkpoints.count)
      this.#tell('the file has a different number of lines than were exported');
  }

  #tellUnsigned(check: AuditCheck): void {
    // An export holds no rows after its last checkpoint.
    for (const first of check.unsigned)
      this.#problems.tell(first, 'unsigned: no checkpoint in the file covers it and the rows after it');
    for (const { chain, seq, problem } of this.#header?.problems ?? [])
      this.#problems.tell({ chain, seq }, `when the broker signed: ${problem}`);
  }

  #checkRemembered(): void {
    const { remembered, until } = this.#header ?? {};
    if (remembered === undefined || remembered === null) return;
    const newest = this.#checkpoints.last?.number ?? 0;
    const missing = until === null && newest < remembered.number;
    if (this.#remembered === false || missing)
      this.#problems.tell(
        { chain: CHECKPOINTS, seq: remembered.number },
        'deleted: Vault has this checkpoint on record, and it is missing or different',
      );
  }

  #isIn(chain: string): boolean {
    return this.#checkpoints.heads.of(chain) !== undefined;
  }

  #tell(problem: string): void {
    this.#problems.tell({ chain: FILE, seq: this.#lines }, problem);
  }
}

function holds({ payload, signature }: CheckpointLine, key: KeyObject): boolean {
  const bytes = /^vault:v\d+:([A-Za-z0-9+/=]+)$/.exec(signature)?.[1];
  return bytes !== undefined && verify(null, Buffer.from(payload, 'utf8'), key, Buffer.from(bytes, 'base64'));
}
