import type { Hashable } from '../../ports/vault.js';

/** A request that takes effect once, however often it is sent: its key, and what a repetition must ask for again. */
export interface Once {
  key: string;
  request: Hashable;
}
