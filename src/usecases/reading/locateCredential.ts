import { envSpellings } from '../../connectors/envNames.js';
import { compareClaims, sinceLabelled, variableClaim } from '../../domain/access/claims.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { ServiceType } from '../../domain/credentials/serviceType.js';
import { planVariables, type VariablePlan } from '../../domain/environment/variablePlan.js';
import { BrokerError, notFound } from '../../domain/errors.js';
import type { Candidate, CandidateQuery, Candidates } from '../../ports/reading.js';
import { ambiguous, findOne, maybeOffered, onlyOffered } from './findOne.js';

/** What an item of one request asks for: one credential, or one variable. */
export type Selector =
  | { id: string }
  | { name: string; owner?: string | undefined }
  | {
      serviceType: ServiceType;
      labels?: Record<string, string> | undefined;
      owner?: string | undefined;
    }
  | { env: string; owner?: string | undefined };

export type Found = { candidate: Candidate; only?: string } | Refused;

export interface Refused {
  error: BrokerError;
  /** The credential that was meant, as far as that is known. */
  credentialId: string | null;
}

/** What the items of one request have to be chosen from. A variable depends on all that others claim. */
export function queryOf(items: readonly Selector[]): CandidateQuery {
  return {
    ids: items.flatMap((i) => ('id' in i ? [i.id] : [])),
    names: items.flatMap((i) => ('name' in i ? [i.name] : [])),
    serviceTypes: items.flatMap((i) => ('serviceType' in i ? [i.serviceType] : [])),
    anyEnvName: items.some((i) => 'env' in i),
  };
}

/** Finds the credential of each item of one request. `usable`: those whose values the caller may read. */
export function locator(all: Candidates, usable: readonly Candidate[]): (item: Selector) => Found {
  const plans = new Map<string | undefined, VariablePlan<Candidate>>();
  const planOf = (owner: string | undefined) => {
    const known = plans.get(owner);
    if (known !== undefined) return known;
    const fitting = usable.filter((c) => owner === undefined || c.credential.owner === owner);
    const plan = planVariables(fitting, all.receiver, all.preferences);
    plans.set(owner, plan);
    return plan;
  };
  return (item) => {
    try {
      if ('env' in item) return byVariable(planOf(item.owner), all, item.env);
      return { candidate: byFeature(all, usable, item) };
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return refused(error, item, all, usable);
    }
  };
}

function byFeature(
  { preferences }: Candidates,
  usable: readonly Candidate[],
  item: Exclude<Selector, { env: string }>,
): Candidate {
  const fitting = rightlyNamed(usable.filter((c) => fits(item, c)));
  // An id, or an owner with a name, says what is meant; so an offer is good enough.
  if ('id' in item || ('name' in item && item.owner !== undefined)) {
    if (fitting[0] === undefined) throw notFound();
    return fitting[0];
  }
  if ('name' in item) return findOne(fitting, { since: ({ history }) => history.renamedAt });
  const preferred = preferences.find((p) => p.kind === 'service_type' && p.name === item.serviceType);
  const labelled = fitting.map((candidate) => sinceLabelled(candidate, item.labels ?? {}));
  return findOne(labelled, { preferred: preferred?.credentialId });
}

/** If an owner reuses a name that another user changed on another credential, the new one is meant. */
function rightlyNamed(fitting: readonly Candidate[]): readonly Candidate[] {
  const right = fitting.filter(({ credential, calledName }) => credential.name === calledName);
  return right.some(({ isOwner }) => isOwner) ? right : fitting;
}

/** The one that fills the variable in the environment too, so that what belongs together is never mixed. */
function byVariable(plan: VariablePlan<Candidate>, all: Candidates, variable: string): Found {
  const spellings = envSpellings(variable);
  const claims = spellings.flatMap((name) => {
    const candidate = plan.served.get(name);
    const claim = candidate && variableClaim(candidate, all.receiver, name);
    return candidate && claim ? [{ candidate, claim, only: candidate.credential.envNames[name] }] : [];
  });
  const [best] = claims.sort((a, b) => compareClaims(a.claim, b.claim));
  if (best?.only !== undefined) return { candidate: best.candidate, only: best.only };
  const conflict = plan.conflicts.find((each) => spellings.includes(each.variable));
  if (conflict !== undefined) throw unserved(conflict);
  const held = all.candidates.find(({ heldBack }) => heldBack.some((name) => spellings.includes(name)));
  throw held === undefined ? notFound() : heldBackError(held);
}

function heldBackError({ credential }: Candidate): BrokerError {
  return new BrokerError('not_found', {
    detail: `Another user set this variable on your credential ${credential.name}; it is held back until you agree. Prefer it (glassdome credentials prefer), or name the credential.`,
  });
}

function unserved({ claimants, because }: VariablePlan<Candidate>['conflicts'][number]): BrokerError {
  if (because === null) return ambiguous(claimants);
  return new BrokerError('ambiguous', {
    detail: `The credential with this variable lost ${because} to another one; an address and its secret must come from the same credential. Prefer one of the two (glassdome credentials prefer), or name the credential.`,
  });
}

function fits(item: Selector, { credential, calledName }: Candidate): boolean {
  if ('id' in item) return credential.id === item.id;
  if (item.owner !== undefined && credential.owner !== item.owner) return false;
  if ('name' in item) return calledName === item.name;
  if ('env' in item) return envSpellings(item.env).some((name) => hasVariable(credential, name));
  const wanted = Object.entries(item.labels ?? {});
  return credential.serviceType === item.serviceType && wanted.every(([k, v]) => credential.labels[k] === v);
}

const hasVariable = ({ envNames }: Credential, name: string) => envNames[name] !== undefined;

function refused(error: BrokerError, item: Selector, all: Candidates, usable: readonly Candidate[]): Refused {
  const asked = 'id' in item ? item.id : null;
  if (error.code !== 'not_found') return { error, credentialId: asked };
  const [offered] = usable.filter((c) => fits(item, c));
  if (offered !== undefined) return { error: onlyOffered(), credentialId: offered.credential.id };
  const [seen] = all.candidates.filter((c) => fits(item, c));
  if (seen === undefined)
    return { error: hasOffers(item, all) ? maybeOffered() : error, credentialId: asked };
  const detail = 'You can see this credential, but not read its values.';
  return { error: new BrokerError('forbidden', { detail }), credentialId: seen.credential.id };
}

/** Offers are not looked through for what is asked by type or variable: there may be any number of them. */
const hasOffers = (item: Selector, { offers }: Candidates) => offers > 0 && !('id' in item || 'name' in item);
