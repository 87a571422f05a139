import type { Caller } from '../../../src/domain/access/caller.js';

/** Sees all names of an audit list. */
export const anAdmin: Caller = {
  kind: 'user',
  principal: 'local:root',
  name: 'root',
  role: 'admin',
  mustChangePassword: false,
};
