import type { Caller } from '../domain/caller.js';
import { BrokerError, notFound } from '../domain/errors.js';
import { readsByRight } from '../domain/grant.js';
import type { Candidate } from '../ports/records.js';

/**
 * The one credential that a name, type, labels or variable means: own first, then granted to the caller, then to his
 * team or role; within a rank the one labelled `default=true`, else the only one, else `ambiguous`.
 */
export function findOne(candidates: readonly Candidate[]): Candidate {
  for (const rank of [0, 1, 2] as const) {
    const inRank = candidates.filter((c) => c.rank === rank);
    const marked = inRank.filter((c) => c.credential.labels['default'] === 'true');
    const choice = marked.length > 0 ? marked : inRank;
    const [only, another] = choice;
    if (only !== undefined && another === undefined) return only;
    if (only !== undefined) throw ambiguous(choice);
  }
  throw notFound();
}

function ambiguous(choice: readonly Candidate[]): BrokerError {
  const names = choice.map((c) => `${c.credential.owner}/${c.credential.name}`).sort();
  return new BrokerError('ambiguous', {
    detail: `More than one credential fits: ${names.join(', ')}. Name one as owner/name, or label one default=true.`,
    extra: {
      candidates: choice.map((c) => ({
        id: c.credential.id,
        name: c.credential.name,
        owner: c.credential.owner,
      })),
    },
  });
}

/** Of the candidates, those whose values the caller may read by ownership or grant; an admin's role adds none. */
export function readable(caller: Caller, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter((c) => c.credential.status === 'active' && readsByRight(caller, c));
}
