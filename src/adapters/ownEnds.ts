import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { OwnEnd, OwnEnds } from '../ports/notices.js';

/** Something of the broker's own that may end; null: it does not, or nobody can tell. */
export interface OwnPart {
  part: string;
  end(): Promise<Date | null>;
}

/** Asks each part each time: what ends is exchanged while the broker runs. */
export function ownEnds(parts: readonly OwnPart[]): OwnEnds {
  return {
    async list() {
      const ends = await Promise.all(
        parts.map(async ({ part, end }): Promise<OwnEnd[]> => {
          const endsAt = await end().catch(() => null);
          return endsAt === null ? [] : [{ part, endsAt }];
        }),
      );
      return ends.flat();
    },
  };
}

/** The end of the first certificate in a PEM file. */
export async function certificateEnd(file: string): Promise<Date | null> {
  const at = new Date(new X509Certificate(await readFile(file)).validTo);
  return Number.isNaN(at.getTime()) ? null : at;
}
