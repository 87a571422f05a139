import type { Grant } from '../../../client/contract.js';

/** What each permission lets people do; each includes the ones before. */
export const LEVEL_WORDS: Readonly<Record<Grant['level'], string>> = {
  use: 'Use it, without seeing the secret',
  read: 'Read the secret',
  manage: 'Manage it: edit, rotate, share, delete',
};
