import type { ChainHead } from '../../domain/auditChain.js';
import type { AuditProblem } from '../../domain/auditProof.js';
import type { CheckpointName } from '../../ports/auditTrail.js';
import type { CheckpointSigner } from '../../ports/vault.js';
import { parsePayload, payloadHash, readCheckpoints, type StoredCheckpoint } from './checkpoints.js';
import type { Query } from './pools.js';

const PAGE = 1_000;
const NUMBERS = 'checkpoints';

/** Looks through the checkpoints, page by page, and asks Vault whether their signatures hold: never in a transaction. */
export class CheckpointProof {
  readonly problems: AuditProblem[] = [];
  /** Heads that a valid checkpoint vouches for, each once. */
  readonly #heads = new Map<string, ChainHead>();
  readonly #dropped: ChainHead[] = [];
  #count = 0;
  #last: CheckpointName | null = null;

  constructor(private readonly signer: CheckpointSigner) {}

  get heads(): ChainHead[] {
    return [...this.#heads.values()];
  }

  /** What valid checkpoints say was dropped by age. */
  get dropped(): readonly ChainHead[] {
    return this.#dropped;
  }

  get count(): number {
    return this.#count;
  }

  get last(): CheckpointName | null {
    return this.#last;
  }

  /** Goes on behind the last one that was looked at. */
  async goOn(query: Query): Promise<void> {
    for (;;) {
      const page = await readCheckpoints(query, this.#last?.number ?? 0, PAGE);
      const valid = await this.signer.verify(page);
      for (const [n, stored] of page.entries()) this.#add(stored, valid[n] === true);
      if (page.length < PAGE) return;
    }
  }

  #add({ number, payload }: StoredCheckpoint, valid: boolean): void {
    const tell = (problem: string): void => void this.problems.push({ chain: NUMBERS, seq: number, problem });
    this.#count += 1;
    if (number !== this.#count) tell('deleted: a checkpoint before it is missing');
    if (!valid) {
      tell('the signature does not hold');
    } else {
      const told = parsePayload(payload);
      const previous = this.#last?.sha256 ?? null;
      if (told.number !== number || told.previous !== previous) tell('it does not follow the one before it');
      for (const head of told.heads) this.#heads.set(`${head.chain} ${head.seq} ${head.hash}`, head);
      this.#dropped.push(...(told.dropped?.heads ?? []));
    }
    this.#last = { number, sha256: payloadHash(payload) };
  }
}
