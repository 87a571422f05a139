import { inspect } from 'node:util';
import { weakPassword } from './secrecy/weakPassword.js';

const MASK = '[secret]';
/** Shorter ones stand in many a harmless text. */
const SHORTEST_FOUND = 4;
/** The mark at the end of a text that was too long to show. */
const CUT = '…';
const SHORTEST_BEGINNING = 8;

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

  /** True when it is empty; says nothing else about the value. */
  isEmpty(): boolean {
    return this.#value === '';
  }

  /** How long it is, in bytes of UTF-8: for rules of length. */
  sizeInBytes(): number {
    return Buffer.byteLength(this.#value);
  }

  /** Why it would be guessed, by the rule for passwords; undefined when it may do. */
  weakness(user: string): string | undefined {
    return weakPassword(this.#value, user);
  }

  /**
   * True when both hold the same value. Not for checking what a caller sends: the time it takes depends on the value.
   */
  equals(other: Secret): boolean {
    return this.#value === other.#value;
  }

  /**
   * `text` with the mask in place of each occurrence of the value, also as base64, in JSON, XML, a form or a URL, and
   * of its beginning where the text was cut off (`…`). A value shorter than `shortest` occurs in many harmless texts
   * and is not masked.
   */
  maskedIn(text: string, shortest = SHORTEST_FOUND): string {
    if (this.#value.length < shortest) return text;
    const found = [...spellingsOf(this.#value)].reduce((before, one) => before.replaceAll(one, MASK), text);
    return found.endsWith(CUT) ? maskedEnd(found, this.#value) : found;
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

/** As others may write it when they repeat it; of many a value they are all the same. */
function spellingsOf(value: string): Set<string> {
  const inXml = (spelled: (letter: string) => string) => value.replace(/[&<>"']/g, spelled);
  return new Set([
    value,
    ...codedParts(value),
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    new URLSearchParams({ '': value }).toString().slice(1),
    inXml((letter) => NAMED[letter] ?? letter),
    inXml((letter) => `&#${letter.charCodeAt(0)};`),
  ]);
}

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Without the beginning of the value at its very end, before the mark of the cut. */
function maskedEnd(text: string, value: string): string {
  const shown = text.slice(0, -CUT.length);
  for (let length = Math.min(value.length, shown.length); length >= SHORTEST_BEGINNING; length--)
    if (shown.endsWith(value.slice(0, length))) return shown.slice(0, -length) + MASK;
  return text;
}

/** The value in base64, wherever in a longer text it may stand (`user:password`), without what its neighbours change. */
function codedParts(value: string): string[] {
  const whole = Buffer.from(value, 'utf8').toString('base64');
  if (value.length < 8) return [whole];
  const inside = [0, 1, 2].map((pad) => Buffer.from(' '.repeat(pad) + value, 'utf8').toString('base64'));
  return [whole, ...inside.map((coded, pad) => coded.slice(pad === 0 ? 0 : 4, -4))];
}
