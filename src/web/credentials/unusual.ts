import type { UpdateCredential } from '../client/contract.js';
import { RequestError } from '../client/request.js';

export type Allowed = Extract<UpdateCredential['allow_unusual'], readonly unknown[]>;

/** The kinds of unusual values for which the broker asks; empty where something else is wrong. */
export function unusualKinds(error: unknown): Allowed {
  if (!(error instanceof RequestError)) return [];
  const kinds = error.fields.map(({ rule }) => /allow_unusual: (\w+)/.exec(rule)?.[1]);
  return kinds.every((kind) => kind !== undefined) ? ([...new Set(kinds)] as Allowed) : [];
}
