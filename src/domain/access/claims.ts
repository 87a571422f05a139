import { type GrantLevel, levelAtLeast, type SubjectKind } from './grant.js';

/** Moments are milliseconds since 1970, so that those of rows and those inside of JSON compare. */
type Moment = number;

/** A grant on its way to one receiver, with what consent is decided by. */
export interface ReachingGrant {
  id: string;
  subjectKind: SubjectKind;
  subject: string;
  level: GrantLevel;
  givenBy: string;
  giverRole: string | null;
  /** Neither the giver nor the person who added the receiver to the team needs the receiver's consent. */
  confirmed: boolean;
  /** When the grant began to count. */
  since: Moment;
  /** When the receiver joined the team; 0 where there is none. */
  joinedAt: Moment;
  /** What the receiver accepted, each variable with the moment; null: the grant was not accepted. */
  accepted: { since: Moment; variables: Record<string, Moment> } | null;
}

/** Who named a variable when, and what they were then, as far as that is known. */
export interface AddedName {
  at: Moment;
  by: string;
  admin?: boolean | null;
  /** Of the teams that the credential was shared with: those they were in. */
  teams?: string[];
}

/** What a credential's history says of its claims. */
export interface ClaimHistory {
  /** Variables that were named after the credential was made. */
  envAdded: Record<string, AddedName>;
  /** The last return from disabled or deleted; where labels choose, since when it has them if that is later. */
  activeSince: Moment;
  /** Labels that were set or changed after the credential was made. */
  labelsAdded: Record<string, { at: Moment; by: string }>;
  renamedAt: Moment;
  /** Of those who named variables later: who shares a team with the receiver. */
  mates: string[];
}

/** Whose variables are looked at. */
export interface Receiver {
  principal: string;
  /** Of a service account: who made it. */
  keeper: string | null;
}

/** `open`: an offer waits for an answer, or its credential has new variables since. */
export const OFFER_STATES = ['open', 'accepted', 'declined'] as const;
export type OfferState = (typeof OFFER_STATES)[number];

/** How a credential reaches a receiver, with the grants on the way; without grants for what is named by id. */
export interface Reached {
  isOwner: boolean;
  grants: ReachingGrant[];
  history: ClaimHistory;
}

/** From when on a claim counts. Ranks: 0 own, 1 accepted or given to the receiver, 2 team, 3 role. */
export interface Claim {
  rank: 0 | 1 | 2 | 3;
  since: Moment;
  /** The same whenever the receiver joined: who joins a team gets all its claims at once. */
  made: Moment;
}

/** Own claims first, then the one that was effective first; at the same time the lower rank, then the older. 0: equals. */
export function compareClaims(a: Claim, b: Claim): number {
  const own = Number(a.rank > 0) - Number(b.rank > 0);
  return own || a.since - b.since || a.rank - b.rank || a.made - b.made;
}

/** The claim of a credential on one of its variables, or null: nobody gave it that the receiver trusts or accepted. */
export function variableClaim(reached: Reached, receiver: Receiver, variable: string): Claim | null {
  const { isOwner, grants, history } = reached;
  // Own ones are equals: nobody else decides between two of them, so neither is taken.
  if (isOwner) return { rank: 0, since: 0, made: 0 };
  const added = Math.max(history.activeSince, history.envAdded[variable]?.at ?? 0);
  const claims = grants.flatMap((grant): Claim[] => {
    const consent = consentAt(grant, history, receiver, variable);
    return consent === null ? [] : [claimOf(grant, Math.max(consent, added))];
  });
  return earliest(claims);
}

/**
 * The same, where the question names labels: it claims nothing from before it had all of them. Labels that the question
 * does not name do not matter.
 */
export function sinceLabelled<R extends Reached>(reached: R, labels: Readonly<Record<string, string>>): R {
  const { labelsAdded, activeSince } = reached.history;
  const moments = Object.keys(labels).map((key) => labelsAdded[key]?.at ?? 0);
  return { ...reached, history: { ...reached.history, activeSince: Math.max(activeSince, ...moments) } };
}

/** The claim of a credential to be chosen by its type, labels or bare name; `moment`: since when it has its name. */
export function selectionClaim(reached: Reached, moment: Moment): Claim | null {
  const since = Math.max(reached.history.activeSince, moment);
  if (reached.isOwner) return { rank: 0, since, made: 0 };
  const claims = reached.grants.flatMap((grant): Claim[] => {
    const consent = grant.confirmed ? 0 : acceptedAt(grant);
    if (consent === null || !levelAtLeast(grant.level, 'read')) return [];
    return [claimOf(grant, Math.max(since, consent, grant.since))];
  });
  return earliest(claims);
}

/** Variables of a grant that the receiver still has to accept. */
export function uncovered(
  grant: ReachingGrant,
  history: ClaimHistory,
  receiver: Receiver,
  variables: readonly string[],
): string[] {
  // What a grant to use gives no value of can be accepted ahead of a grant to read.
  const asRead = { ...grant, level: 'read' as const };
  return variables.filter((variable) => consentAt(asRead, history, receiver, variable) === null);
}

function consentAt(
  grant: ReachingGrant,
  history: ClaimHistory,
  receiver: Receiver,
  variable: string,
): Moment | null {
  if (!levelAtLeast(grant.level, 'read')) return null;
  if (isVouched(grant, history, receiver, variable)) return grant.since;
  const at = grant.accepted?.variables[variable];
  return at === undefined || at < grant.joinedAt ? null : Math.max(grant.since, at);
}

/** A variable that was named after the grant was given counts when a person that the receiver trusts named it. */
function isVouched(
  grant: ReachingGrant,
  { envAdded, mates }: ClaimHistory,
  receiver: Receiver,
  variable: string,
): boolean {
  const added = envAdded[variable];
  const byReceiver = added !== undefined && (added.by === receiver.principal || added.by === receiver.keeper);
  if (!grant.confirmed) return byReceiver && grant.accepted !== null;
  if (added === undefined || added.at <= grant.since || byReceiver) return true;
  const byGiver = added.by === grant.givenBy && added.admin !== false;
  if (grant.subjectKind !== 'team') return byGiver;
  const byMate = mates.includes(added.by) || added.teams?.includes(grant.subject) === true;
  return byMate || (byGiver && grant.giverRole === 'admin');
}

/** When an offer was accepted; null: not since the receiver joined the team. */
function acceptedAt({ accepted, joinedAt }: ReachingGrant): Moment | null {
  return accepted === null || accepted.since < joinedAt ? null : accepted.since;
}

const claimOf = (grant: ReachingGrant, made: Moment): Claim => ({
  rank: rankOf(grant),
  since: Math.max(made, grant.joinedAt),
  made,
});

function rankOf({ subjectKind, confirmed }: ReachingGrant): 1 | 2 | 3 {
  if (!confirmed || subjectKind === 'user' || subjectKind === 'service_account') return 1;
  return subjectKind === 'team' ? 2 : 3;
}

function earliest(claims: readonly Claim[]): Claim | null {
  return [...claims].sort(compareClaims)[0] ?? null;
}
