import { type Claim, compareClaims, type Reached, type Receiver, variableClaim } from '../access/claims.js';
import type { Credential } from '../credentials/credential.js';

/** What a receiver chose where several credentials claim the same; a moment is milliseconds since 1970. */
export interface Preference {
  kind: 'variable' | 'service_type';
  name: string;
  credentialId: string;
  setAt: number;
}

export interface VariableConflict<C> {
  variable: string;
  /** Who claims it, the one that serves it first. */
  claimants: C[];
  /** Which one serves it; null: none, since equals claim it, or the credential lost another of its variables. */
  serves: C | null;
  /** The variable that the credential lost, for which this one is held back. */
  because: string | null;
}

export interface VariablePlan<C> {
  served: Map<string, C>;
  conflicts: VariableConflict<C>[];
}

type Claimant = Reached & { credential: Credential };

interface Contender<C> {
  of: C;
  /** 0 preferred, 1 own with the label default=true, 2 own, 3 given. */
  tier: number;
  preferredAt: number;
  /** By the variable in capitals: programs that take settings from their environment often ignore case. */
  claims: Map<string, Claim>;
  /** How the credential spells them. */
  names: Map<string, string[]>;
  splits: boolean;
  /** The first variable that it lost: from then on nothing more of it is served. */
  lost: string | null;
}

/** Names of what a value is sent to, or found at. */
const ADDRESS =
  /(^|_)(URLS?|URIS?|DSN|HOSTS?|HOSTNAMES?|SERVERS?|ENDPOINTS?|ADDR|ADDRESS(ES)?|PORTS?|DOMAIN|ORIGIN|BASE|BROKERS?|PROXY|REGION|WEBHOOK|SITE|PATH|BUCKET|TARGET)($|_)/i;

/**
 * Which credential fills which variable. Preferred ones come first, then own ones, then what was given in the order in
 * which it became effective. A credential's variables stay together: one that loses a variable loses those that it
 * claimed at the same time or later with it, so that an address and its secret never come from two credentials; what it
 * filled before stays. What the receiver put first (a preference, an own credential) takes all of it.
 */
export function planVariables<C extends Claimant>(
  candidates: readonly C[],
  receiver: Receiver,
  preferences: readonly Preference[] = [],
): VariablePlan<C> {
  const contenders = candidates.map((of) => contender(of, receiver, preferences));
  const taken = new Map<string, Contender<C> | null>();
  for (const tier of [0, 1, 2, 3]) {
    const inTier = contenders.filter((each) => each.tier === tier);
    for (const each of inTier) if (!each.splits) each.lost = firstTaken(each, taken);
    for (const batch of batches(inTier)) serve(batch, taken);
  }
  const served = new Map<string, C>();
  for (const [key, by] of taken) for (const name of by?.names.get(key) ?? []) if (by) served.set(name, by.of);
  return { served, conflicts: conflictsOf(contenders, taken) };
}

function contender<C extends Claimant>(
  of: C,
  receiver: Receiver,
  preferences: readonly Preference[],
): Contender<C> {
  const { credential, isOwner } = of;
  const [claims, names] = [new Map<string, Claim>(), new Map<string, string[]>()];
  for (const variable of Object.keys(credential.envNames)) {
    const claim = variableClaim(of, receiver, variable);
    if (claim === null) continue;
    const key = variable.toUpperCase();
    const known = claims.get(key);
    claims.set(key, known !== undefined && compareClaims(known, claim) < 0 ? known : claim);
    names.set(key, [...(names.get(key) ?? []), variable]);
  }
  const mine = preferences.filter(
    (p) => p.kind === 'variable' && p.credentialId === credential.id && claims.has(p.name.toUpperCase()),
  );
  const preferredAt = Math.max(0, ...mine.map((p) => p.setAt));
  const ownTier = isOwner && credential.labels['default'] === 'true' ? 1 : isOwner ? 2 : 3;
  const tier = mine.length > 0 ? 0 : ownTier;
  return { of, tier, preferredAt, claims, names, splits: splits(credential), lost: null };
}

/**
 * Whether its variables may be served one by one: free-form secrets without any setting, none named like an address, no
 * two of one family (STRIPE_KEY and STRIPE_SECRET). Everywhere else one of them may be where another one is sent to.
 */
function splits({ serviceType, envNames, settings }: Credential): boolean {
  const variables = Object.keys(envNames);
  const families = new Set(variables.map((variable) => variable.split('_')[0]?.toUpperCase()));
  if (serviceType !== 'other' || families.size < variables.length) return false;
  return Object.entries(envNames).every(
    ([variable, field]) => settings[field] === undefined && !ADDRESS.test(variable) && !ADDRESS.test(field),
  );
}

interface Batch<C> {
  by: Contender<C>;
  claim: Claim;
  variables: string[];
}

/** Claims that became effective together, the ones to be served first first; batches of equal right in one list. */
function batches<C>(contenders: readonly Contender<C>[]): Batch<C>[][] {
  const all: Batch<C>[] = [];
  for (const by of contenders) {
    const together = new Map<string, Batch<C>>();
    for (const [variable, claim] of by.claims) {
      const moment = `${claim.since}/${claim.made}`;
      const batch = together.get(moment) ?? { by, claim, variables: [] };
      batch.variables.push(variable);
      together.set(moment, batch);
    }
    all.push(...together.values());
  }
  const order = (a: Batch<C>, b: Batch<C>) =>
    b.by.preferredAt - a.by.preferredAt || compareClaims(a.claim, b.claim);
  const groups: Batch<C>[][] = [];
  for (const batch of all.sort(order)) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && order(last[0], batch) === 0) last.push(batch);
    else groups.push([batch]);
  }
  return groups;
}

/** Serves batches of equal right: what two of them claim goes to none. */
function serve<C>(equals: readonly Batch<C>[], taken: Map<string, Contender<C> | null>): void {
  const good = equals.filter(({ by, variables }) => {
    if (by.splits) return true;
    by.lost ??= variables.find((v) => taken.has(v) && taken.get(v) !== by) ?? null;
    return by.lost === null;
  });
  const claimed = new Map<string, Contender<C> | null>();
  for (const { by, variables } of good) {
    for (const v of variables) if (!taken.has(v)) claimed.set(v, claimed.has(v) ? null : by);
  }
  for (const [variable, by] of claimed) taken.set(variable, by);
}

function firstTaken<C>(each: Contender<C>, taken: ReadonlyMap<string, unknown>): string | null {
  return [...each.claims.keys()].sort().find((variable) => taken.has(variable)) ?? null;
}

function conflictsOf<C extends Claimant>(
  contenders: readonly Contender<C>[],
  taken: ReadonlyMap<string, Contender<C> | null>,
): VariableConflict<C>[] {
  const keys = [...new Set(contenders.flatMap((each) => [...each.claims.keys()]))].sort();
  return keys.flatMap((key) => {
    const claimants = contenders.filter((each) => each.claims.has(key));
    const by = taken.get(key) ?? null;
    const variable = (by ?? claimants[0])?.names.get(key)?.[0] ?? key;
    const losers = claimants.filter((each) => each !== by);
    const first = by === null ? [] : [by.of];
    // What the receiver put first answers the question itself.
    const open = by === null ? losers : losers.filter((each) => each.tier === by.tier);
    if (losers.length === 0 || (by !== null && (open.length === 0 || by.tier < 2))) return [];
    const heldBack = by === null && losers.every((each) => each.lost !== null);
    const because = heldBack ? (losers[0]?.lost ?? null) : null;
    return [
      { variable, claimants: [...first, ...open.map((each) => each.of)], serves: by?.of ?? null, because },
    ];
  });
}
