import { BrokerError } from './errors.js';

/** When this many fail on their own, the items are not the cause: the store is unavailable. */
const MOST_ALONE = 10;

/**
 * Does `all` at once; when that fails, in halves, down to one: what fails alone is given to `failed`, and the others are
 * done. Rejects with the last error once very many failed alone, and with whatever is not a `BrokerError`.
 */
export async function inParts<T>(
  all: readonly T[],
  work: (part: readonly T[]) => Promise<void>,
  failed: (item: T, error: BrokerError) => void,
): Promise<void> {
  let alone = 0;
  const attempt = async (part: readonly T[]): Promise<void> => {
    try {
      if (part.length > 0) await work(part);
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      const [first] = part;
      if (part.length > 1 || first === undefined) return halves(part);
      alone += 1;
      if (alone > MOST_ALONE) throw error;
      failed(first, error);
    }
  };
  const halves = async (part: readonly T[]): Promise<void> => {
    const middle = Math.ceil(part.length / 2);
    await attempt(part.slice(0, middle));
    await attempt(part.slice(middle));
  };
  await attempt(all);
}

interface Pages<T> {
  /** Rows with a greater id than `after`, in order of their ids. */
  read(after: string | null, limit: number): Promise<T[]>;
  idOf(row: T): string;
  /** The id after `after`, read without the rest of its row; null at the end. */
  nextId(after: string | null): Promise<string | null>;
  /** Of a row that can't be read alone. */
  failed(id: string, error: BrokerError): void;
}

/**
 * All rows, a page at a time. A page that can't be read, since one of its rows is too heavy, is read in smaller ones, and a
 * row that can't be read alone is passed over. Rejects when many in a row can't.
 */
export async function* pagesOf<T>(size: number, pages: Pages<T>): AsyncGenerator<T[]> {
  let after: string | null = null;
  let limit = size;
  let passed = 0;
  for (;;) {
    try {
      const rows: T[] = await pages.read(after, limit);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      after = pages.idOf(last);
      limit = Math.min(size, 2 * limit);
      passed = 0;
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      if (limit > 1) {
        limit = Math.max(1, Math.floor(limit / 4));
        continue;
      }
      passed += 1;
      if (passed > MOST_ALONE) throw error;
      after = await pages.nextId(after);
      if (after === null) return;
      pages.failed(after, error);
    }
  }
}
