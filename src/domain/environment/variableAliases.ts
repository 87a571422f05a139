import { type Reached, type Receiver, variableClaim } from '../access/claims.js';
import type { Credential } from '../credentials/credential.js';

/** The other spellings of a variable, and what it belongs to. */
export interface Spelling {
  /** One system, such as the second Proxmox: its address and its secrets share this key. */
  group: string;
  /** Among variables for the same field, the lowest wins. */
  rank: number;
  /** All other names for the same value. */
  others: readonly string[];
}

/** A further name for what a served variable holds. */
export interface Alias<C> {
  of: C;
  /** The variable that the credential names. */
  variable: string;
}

/** `heldBack`: variables that the receiver has to accept again. */
type Claimant = Reached & { credential: Credential; heldBack?: readonly string[] };
interface Named<C> extends Spelling, Alias<C> {}

const SHELL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Further names for the variables that are served. What a credential names itself is never replaced. The aliases of one
 * system come from one credential: when another one serves a variable of that system, or names one of the aliases, there
 * are none. So an address never meets the secret of another credential.
 */
export function aliasVariables<C extends Claimant>(
  served: ReadonlyMap<string, C>,
  { candidates, receiver }: { candidates: readonly C[]; receiver: Receiver },
  spellingOf: (variable: string) => Spelling | undefined,
): Map<string, Alias<C>> {
  const claimed = claimedNames(candidates, receiver);
  const aliases = new Map<string, Alias<C>>();
  for (const members of groupsOf(served, spellingOf)) {
    const [first] = members;
    const found = aliasesOf(members);
    const isShared = members.some(({ of }) => of !== first?.of);
    const isClaimed = [...found.keys()].some((name) =>
      [...(claimed.get(name.toUpperCase()) ?? [])].some((by) => by !== first?.of),
    );
    if (isShared || isClaimed) continue;
    const own = first === undefined ? new Set<string>() : ownNames(first.of);
    for (const [name, alias] of found) if (!own.has(name.toUpperCase())) aliases.set(name, alias);
  }
  return aliases;
}

/** All that a credential names, also what the receiver has not accepted: an alias is no way around that. */
const ownNames = ({ credential, heldBack = [] }: Claimant): Set<string> =>
  new Set([...Object.keys(credential.envNames), ...heldBack].map((name) => name.toUpperCase()));

/** Who names which variable, in capitals: programs often ignore case. */
function claimedNames<C extends Claimant>(candidates: readonly C[], receiver: Receiver): Map<string, Set<C>> {
  const claimed = new Map<string, Set<C>>();
  for (const each of candidates) {
    for (const variable of Object.keys(each.credential.envNames)) {
      if (variableClaim(each, receiver, variable) === null) continue;
      const key = variable.toUpperCase();
      claimed.set(key, (claimed.get(key) ?? new Set()).add(each));
    }
  }
  return claimed;
}

function groupsOf<C>(
  served: ReadonlyMap<string, C>,
  spellingOf: (variable: string) => Spelling | undefined,
): Iterable<Named<C>[]> {
  const groups = new Map<string, Named<C>[]>();
  for (const [variable, of] of served) {
    const spelling = spellingOf(variable);
    if (spelling === undefined) continue;
    groups.set(spelling.group, [...(groups.get(spelling.group) ?? []), { ...spelling, of, variable }]);
  }
  return groups.values();
}

/** Two variables of one field may have the same alias: the one that Glassdome prefers gives it. */
function aliasesOf<C>(members: readonly Named<C>[]): Map<string, Alias<C>> {
  const aliases = new Map<string, Alias<C>>();
  for (const { others, of, variable } of [...members].sort((a, b) => a.rank - b.rank))
    for (const name of others)
      if (SHELL_NAME.test(name) && !aliases.has(name)) aliases.set(name, { of, variable });
  return aliases;
}
