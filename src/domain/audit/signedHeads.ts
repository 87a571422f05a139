import type { ChainHead } from './auditChain.js';

const HASH_BYTES = 32;
const FIRST_ROOM = 8;

/**
 * Heads that signed checkpoints name, each once: a year has millions of them, so they are held as numbers and bytes,
 * about 40 bytes a head, and not as objects.
 */
export class SignedHeads {
  readonly #chains = new Map<string, HeadsOfChain>();

  add({ chain, seq, hash }: ChainHead): void {
    let heads = this.#chains.get(chain);
    if (heads === undefined) {
      heads = new HeadsOfChain();
      this.#chains.set(chain, heads);
    }
    heads.add(seq, hash);
  }

  of(chain: string): HeadsOfChain | undefined {
    return this.#chains.get(chain);
  }

  chains(): Iterable<string> {
    return this.#chains.keys();
  }
}

/** Those of one chain, by number. A number has several where checkpoints contradict each other. */
export class HeadsOfChain {
  #count = 0;
  #seqs = new Float64Array(FIRST_ROOM);
  #hashes = Buffer.alloc(FIRST_ROOM * HASH_BYTES);

  get count(): number {
    return this.#count;
  }

  /** -1 where there is none. */
  get lastSeq(): number {
    return this.#count === 0 ? -1 : (this.#seqs[this.#count - 1] ?? -1);
  }

  add(seq: number, hash: string): void {
    const bytes = bytesOf(hash);
    // Heads come in the order of their numbers, and again while a chain rests: so nearly always at the end.
    const place = this.firstBehind(seq);
    for (let n = place - 1; n >= 0 && this.#seqs[n] === seq; n -= 1) if (this.#has(n, bytes)) return;
    if (this.#count === this.#seqs.length) this.#grow();
    this.#seqs.copyWithin(place + 1, place, this.#count);
    this.#hashes.copyWithin((place + 1) * HASH_BYTES, place * HASH_BYTES, this.#count * HASH_BYTES);
    this.#seqs[place] = seq;
    this.#hashes.set(bytes, place * HASH_BYTES);
    this.#count += 1;
  }

  /** Undefined behind the last one. */
  seqAt(place: number): number | undefined {
    return place < this.#count ? this.#seqs[place] : undefined;
  }

  hasHash(place: number, hash: string): boolean {
    return this.#has(place, bytesOf(hash));
  }

  /** The first place with a greater number. */
  firstBehind(seq: number): number {
    if (this.#count === 0 || (this.#seqs[this.#count - 1] ?? 0) <= seq) return this.#count;
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#seqs[middle] ?? 0) > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #has(place: number, bytes: Buffer): boolean {
    const start = place * HASH_BYTES;
    return this.#hashes.compare(bytes, 0, HASH_BYTES, start, start + HASH_BYTES) === 0;
  }

  #grow(): void {
    const room = Math.ceil(this.#count * 1.5);
    const seqs = new Float64Array(room);
    seqs.set(this.#seqs);
    this.#seqs = seqs;
    const hashes = Buffer.alloc(room * HASH_BYTES);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }
}

/** One for all, since it is asked for millions of times: what `bytesOf` gives is good until the next call. */
const bytes = Buffer.alloc(HASH_BYTES);

/** An invalid hash is treated as zeros, which no row has: the row that holds it is reported as edited. */
function bytesOf(hash: string): Buffer {
  bytes.fill(0);
  bytes.write(hash, 'hex');
  return bytes;
}
