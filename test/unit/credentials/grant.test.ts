import { expect } from 'chai';
import type { Role } from '../../../src/domain/access/caller.js';
import {
  type Decision,
  decide,
  type GrantLevel,
  VERBS,
  type Verb,
} from '../../../src/domain/access/grant.js';

type Row = [role: Role, standing: 'owner' | GrantLevel | 'none', expected: string];

/** One letter a verb, in the order of VERBS: a allowed, d denied, h hidden, r reason required. */
const LETTER: Record<Decision, string> = { allowed: 'a', denied: 'd', hidden: 'h', reason_required: 'r' };

const TABLE: Row[] = [
  ['observer', 'none', 'hhhhhhh'],
  ['observer', 'use', 'adddddd'],
  ['observer', 'read', 'adddddd'],
  ['observer', 'manage', 'adddddd'],
  ['observer', 'owner', 'adddddd'],
  ['engineer', 'none', 'hhhhhhh'],
  ['engineer', 'use', 'aaddddd'],
  ['engineer', 'read', 'aaadddd'],
  ['engineer', 'manage', 'aaaaaaa'],
  ['engineer', 'owner', 'aaaaaaa'],
  ['architect', 'none', 'hhhhhhh'],
  ['architect', 'read', 'aaadddd'],
  ['architect', 'manage', 'aaaaaaa'],
  ['admin', 'none', 'aaraaaa'],
  ['admin', 'use', 'aaraaaa'],
  ['admin', 'read', 'aaaaaaa'],
  ['admin', 'owner', 'aaaaaaa'],
];

describe('who may do what with one credential', () => {
  for (const [role, standing, expected] of TABLE) {
    it(`${role} with ${standing}`, () => {
      const isOwner = standing === 'owner';
      const level = standing === 'owner' || standing === 'none' ? null : standing;
      const got = VERBS.map((verb: Verb) => LETTER[decide({ role }, { isOwner, level }, verb)]).join('');
      expect(got).to.equal(expected);
    });
  }
});
