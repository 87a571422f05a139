import type { ChainHead } from '../../domain/auditChain.js';
import type { AuditProblems } from '../../domain/auditProof.js';
import { SignedHeads } from '../../domain/signedHeads.js';
import type { CheckpointName } from '../../ports/auditTrail.js';
import type { CheckpointSigner } from '../../ports/vault.js';
import { parsePayload, payloadHash, readCheckpoints, type StoredCheckpoint } from './checkpoints.js';
import type { Query } from './pools.js';

const PAGE = 1_000;
const NUMBERS = 'checkpoints';

/** Looks through the checkpoints, page by page, and asks Vault whether their signatures hold: never in a transaction. */
export class CheckpointProof {
  /** Heads that a valid checkpoint vouches for. */
  readonly heads = new SignedHeads();
  readonly #dropped: ChainHead[] = [];
  /** Those behind missing numbers, with what they say of the one before. */
  readonly #gaps: { number: number; previous: string | null }[] = [];
  /** Up to this one, a valid checkpoint says, they were removed together with the rows that they signed. */
  #removed: CheckpointName | null = null;
  #count = 0;
  #last: CheckpointName | null = null;

  constructor(
    private readonly signer: CheckpointSigner,
    private readonly problems: AuditProblems,
  ) {}

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

  /** Tells of numbers that are missing though nothing says that they were removed, once all were looked at. */
  end(): void {
    for (const { number, previous } of this.#gaps) {
      const behind = number - 1 - (this.#removed?.number ?? 0);
      const followsRemoved = behind === 0 && previous === this.#removed?.sha256;
      if (behind >= 0 && !followsRemoved) this.#tell(number, 'deleted: a checkpoint before it is missing');
    }
  }

  #add({ number, payload }: StoredCheckpoint, valid: boolean): void {
    this.#count += 1;
    const gap = number !== (this.#last?.number ?? 0) + 1;
    let told: string | null = null;
    if (!valid) {
      this.#tell(number, 'the signature does not hold');
    } else {
      const { number: own, previous, heads, dropped } = parsePayload(payload);
      told = previous;
      if (own !== number || (!gap && previous !== (this.#last?.sha256 ?? null)))
        this.#tell(number, 'it does not follow the one before it');
      for (const head of heads) this.heads.add(head);
      for (const head of dropped?.heads ?? []) this.#dropped.push(head);
      if ((dropped?.checkpoints?.number ?? 0) > (this.#removed?.number ?? 0))
        this.#removed = dropped?.checkpoints ?? null;
    }
    if (gap) this.#gaps.push({ number, previous: told });
    this.#last = { number, sha256: payloadHash(payload) };
  }

  #tell(number: number, problem: string): void {
    this.problems.tell({ chain: NUMBERS, seq: number }, problem);
  }
}
