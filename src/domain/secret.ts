import { inspect } from 'node:util';

const MASK = '[secret]';
/** Shorter ones stand in many a harmless text. */
const SHORTEST_FOUND = 4;

/**
 * A value that must not show. It is wrapped where it enters the process and opened by `reveal()` only where
 * it leaves towards Vault, towards the service it belongs to, or in the answer to a caller who may read it.
 * Printing and JSON mask it; joining it into a text throws, so `Bearer [secret]` can't be sent by accident.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Allowed in `connectors/`, `adapters/vault/` and the presenters of read and resolve. */
  reveal(): string {
    return this.#value;
  }

  /** True when nothing is in it; tells nothing else about the value. */
  isEmpty(): boolean {
    return this.#value === '';
  }

  /** How long it is, in bytes of UTF-8: for rules of length. */
  sizeInBytes(): number {
    return Buffer.byteLength(this.#value);
  }

  /** True when the other one holds the same. Not for checking what a stranger sends: its time tells about the value. */
  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  /**
   * `text` with the mask in place of each occurrence of the value, also as base64, in JSON or in a URL. A value shorter
   * than `shortest` stands in many a harmless text and is no find.
   */
  maskedIn(text: string, shortest = SHORTEST_FOUND): string {
    if (this.#value.length < shortest) return text;
    const spellings = [
      this.#value,
      ...codedParts(this.#value),
      JSON.stringify(this.#value).slice(1, -1),
      encodeURIComponent(this.#value),
    ];
    return spellings.reduce((before, spelling) => before.replaceAll(spelling, MASK), text);
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }

  toString(): never {
    throw new TypeError('a Secret has no text form');
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError('a Secret has no primitive form');
  }
}

/** The value in base64, wherever in a longer text it may stand (`user:password`), without what its neighbours change. */
function codedParts(value: string): string[] {
  const whole = Buffer.from(value, 'utf8').toString('base64');
  if (value.length < 8) return [whole];
  const inside = [0, 1, 2].map((pad) => Buffer.from(' '.repeat(pad) + value, 'utf8').toString('base64'));
  return [whole, ...inside.map((coded, pad) => coded.slice(pad === 0 ? 0 : 4, -4))];
}
