import type { AuditProblems } from '../../../domain/audit/auditProof.js';
import { CheckpointCheck } from '../../../domain/audit/checkpoint.js';
import type { CheckpointSigner } from '../../../ports/vault.js';
import type { Query } from '../core/pools.js';
import { checkpointsAfter, databaseNow } from './checkpointRows.js';

const PAGE = 1_000;

/** Looks through the checkpoints, page by page, and asks Vault whether their signatures hold: never in a transaction. */
export class CheckpointProof {
  readonly check: CheckpointCheck;
  #seen = '-9223372036854775808';

  constructor(
    private readonly signer: CheckpointSigner,
    problems: AuditProblems,
  ) {
    this.check = new CheckpointCheck(problems);
  }

  /** The number of the newest one that was looked at, as text. */
  get seen(): string {
    return this.#seen;
  }

  /** Goes on after the last one that was looked at. */
  async goOn(query: Query): Promise<void> {
    for (;;) {
      const page = await checkpointsAfter(query, { after: this.#seen, limit: PAGE });
      const now = await databaseNow(query);
      const valid = await this.signer.verify(page);
      for (const [n, stored] of page.entries()) this.check.add(stored, valid[n] === true, now);
      this.#seen = page.at(-1)?.key ?? this.#seen;
      if (page.length < PAGE) return;
    }
  }
}
