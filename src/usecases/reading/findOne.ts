import type { Caller } from '../../domain/access/caller.js';
import { type Claim, compareClaims, selectionClaim } from '../../domain/access/claims.js';
import { readsByRight } from '../../domain/access/grant.js';
import { BrokerError, notFound } from '../../domain/errors.js';
import type { Candidate } from '../../ports/reading.js';

/** How the one is found among several. */
export interface Choice {
  /** Since when a candidate has the name it is chosen by, in milliseconds since 1970. */
  since?: (candidate: Candidate) => number;
  /** The credential that the receiver prefers for this. */
  preferred?: string | undefined;
}

/**
 * The one credential that a bare name, a type or labels mean: the preferred one; then the receiver's own, the one labelled
 * `default=true` first; then of what the receiver was given and accepted, or has from a team or role, the one that was
 * there first. Offers are passed over. Equals are `ambiguous`.
 */
export function findOne(candidates: readonly Candidate[], { since = () => 0, preferred }: Choice): Candidate {
  const found = candidates.flatMap((candidate) => {
    const claim = selectionClaim(candidate, since(candidate));
    return claim === null ? [] : [{ candidate, claim }];
  });
  const chosen = found.find(({ candidate }) => candidate.credential.id === preferred);
  if (chosen !== undefined) return chosen.candidate;
  const own = found.filter(({ candidate }) => candidate.isOwner);
  if (own.length > 0) return onlyOwn(own.map(({ candidate }) => candidate));
  return first(found);
}

function onlyOwn(own: readonly Candidate[]): Candidate {
  const marked = own.filter((c) => c.credential.labels['default'] === 'true');
  const choice = marked.length > 0 ? marked : own;
  const [only, another] = choice;
  if (only === undefined || another !== undefined) throw ambiguous(choice);
  return only;
}

function first(found: readonly { candidate: Candidate; claim: Claim }[]): Candidate {
  const [best, ...rest] = [...found].sort((a, b) => compareClaims(a.claim, b.claim));
  if (best === undefined) throw notFound();
  const equals = rest.filter(({ claim }) => compareClaims(best.claim, claim) === 0);
  if (equals.length > 0) throw ambiguous([best, ...equals].map(({ candidate }) => candidate));
  return best.candidate;
}

/** What was given, but not accepted, is not chosen: the giver must not decide what the receiver works with. */
export function onlyOffered(): BrokerError {
  return new BrokerError('not_found', {
    detail:
      'Only an offered credential matches. Accept it (glassdome offers list, or GET /api/offers), or use its id or owner/name.',
  });
}

/** Nothing fits, but there are offers that might. */
export function maybeOffered(): BrokerError {
  return new BrokerError('not_found', {
    detail:
      'No credential that you own or accepted matches. You have open offers: glassdome offers list, or GET /api/offers.',
  });
}

/** Several fit with equal right. */
export function ambiguous(choice: readonly Candidate[]): BrokerError {
  const names = choice.map((c) => `${c.credential.owner}/${c.credential.name}`).sort();
  return new BrokerError('ambiguous', {
    detail: `More than one credential matches: ${names.join(', ')}. Use owner/name, prefer one of them, or set the label default=true on one that you own.`,
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
