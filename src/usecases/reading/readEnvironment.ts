import { otherSpellings } from '../../connectors/envNames.js';
import type { CallContext } from '../../domain/access/caller.js';
import { sinceLabelled, variableClaim } from '../../domain/access/claims.js';
import type { Credential } from '../../domain/credentials/credential.js';
import type { FieldValues } from '../../domain/credentials/fields.js';
import { type Alias, aliasVariables } from '../../domain/environment/variableAliases.js';
import { planVariables, type VariableConflict } from '../../domain/environment/variablePlan.js';
import { BrokerError } from '../../domain/errors.js';
import type { Secret } from '../../domain/secret.js';
import type { Ports } from '../../ports/ports.js';
import type { Candidate, Candidates } from '../../ports/reading.js';
import { auditEvent } from '../gate/auditEvent.js';
import { refuseEnded } from '../gate/authorize.js';
import type { EnvironmentConflict } from '../sharing/offerNotices.js';
import { reportConflicts } from '../sharing/reportConflicts.js';
import { readable } from './findOne.js';
import { usageOf } from './readCredential.js';
import { readMany } from './readMany.js';
import { failWholeWhenStoreIsDown } from './resolveCredentials.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'records' | 'changes' | 'store' | 'auditLog'>;

export interface Environment {
  variables: Record<string, string | Secret>;
  sources: Record<string, VariableSource>;
  /** Variables that more than one credential claims: the one that fills it goes on, equals are left out. */
  conflicts: EnvironmentConflict[];
  /** Credentials whose value Vault no longer has. */
  failed: { credentialId: string; name: string; code: string }[];
  /** Offers that wait for an answer, up to 100, and credentials that would fill more once their new names are accepted. */
  offers: number;
  /** Variables that others changed on the caller's own credentials: as before until the caller agrees. */
  heldBack: { variable: string; credentialId: string; name: string; changedBy: string | null }[];
  /** Credentials with variables that the caller may use, but not read. */
  unreadable: number;
}

export interface VariableSource {
  credentialId: string;
  name: string;
  version: number;
  field: string;
  /** The variable that the credential names, where this is another name for it; null: this is the one. */
  aliasOf: string | null;
}

export interface EnvironmentOptions {
  /** Only of credentials that have all of these. */
  labels?: Record<string, string>;
  /** Also under all other names that programs of the lab know the variables by. */
  aliases?: boolean;
  /** False: names and sources only, which is no use of any credential. */
  values?: boolean;
}

/** All variables of all credentials that the caller may read: the one call that replaces a `.env`. */
export async function readEnvironment(
  ports: Needs,
  call: CallContext,
  { labels = {}, aliases = false, values = true }: EnvironmentOptions = {},
): Promise<Environment> {
  const all = await ports.records.candidates(call.caller, { anyEnvName: true });
  if (!all.callerActive) return refuseEnded(ports, call, { tried: 'credential.environment' });
  const fitting = all.candidates.filter(hasLabels(labels));
  const labelled = { ...all, candidates: fitting.map((candidate) => sinceLabelled(candidate, labels)) };
  const usable = readable(call.caller, labelled.candidates);
  const { served: chosen, conflicts } = planVariables(usable, all.receiver, all.preferences);
  const others = aliases
    ? aliasVariables(chosen, { candidates: usable, receiver: all.receiver }, otherSpellings)
    : [];
  const wanted = [...named(chosen), ...others];
  const filled = values ? await readAll(ports, call, wanted) : await nameAll(ports, call, wanted);
  const reported = conflicts.map(toConflict);
  await reportConflicts(ports, call, reported);
  return { ...filled, conflicts: reported, ...withheld(labelled, usable), heldBack: heldBackOf(usable) };
}

function named(chosen: ReadonlyMap<string, Candidate>): [string, Alias<Candidate>][] {
  return [...chosen].map(([variable, of]) => [variable, { of, variable }]);
}

type Wanted = readonly [string, Alias<Candidate>][];
type Filled = Pick<Environment, 'variables' | 'sources' | 'failed'>;

async function readAll(ports: Needs, call: CallContext, wanted: Wanted): Promise<Filled> {
  const used = credentialsOf(wanted);
  const read = await readMany(ports, call, used);
  await recordReads(ports, call, used, read);
  failWholeWhenStoreIsDown(used.length, [...read.values()]);
  return fill(wanted, read);
}

/** Which variables there are, and whose. A field that is not set has none. */
async function nameAll(ports: Needs, call: CallContext, wanted: Wanted): Promise<Filled> {
  const details = { credentials: credentialsOf(wanted).length, values: false };
  await ports.auditLog.record([auditEvent(call, 'credential.environment', 'allowed', { details })]);
  const sources: Environment['sources'] = {};
  for (const [name, alias] of wanted) {
    const { envNames, secretFields, settings } = alias.of.credential;
    const field = envNames[alias.variable];
    if (field !== undefined && (secretFields.includes(field) || field in settings))
      sources[name] = sourceOf(name, alias, field);
  }
  return { variables: {}, sources, failed: [] };
}

const credentialsOf = (wanted: Wanted): Credential[] => [
  ...new Map(wanted.map(([, { of }]) => [of.credential.id, of.credential])).values(),
];

function sourceOf(name: string, { of, variable }: Alias<Candidate>, field: string): VariableSource {
  const { id: credentialId, name: credential, activeVersion } = of.credential;
  const aliasOf = name === variable ? null : variable;
  return { credentialId, name: credential, version: activeVersion ?? 0, field, aliasOf };
}

/** The values of the chosen, and what could not be read. */
function fill(chosen: Wanted, read: ReadonlyMap<string, FieldValues | BrokerError>): Filled {
  const filled: ReturnType<typeof fill> = { variables: {}, sources: {}, failed: [] };
  const failed = new Map<string, Environment['failed'][0]>();
  for (const [name, { of, variable }] of chosen) {
    const { credential } = of;
    const credentialId = credential.id;
    const values = read.get(credentialId);
    const field = credential.envNames[variable];
    if (values instanceof BrokerError)
      failed.set(credentialId, { credentialId, name: credential.name, code: values.code });
    if (values === undefined || values instanceof BrokerError || field === undefined) continue;
    const value = values.secrets[field] ?? values.settings[field];
    if (value === undefined) continue;
    filled.variables[name] = value;
    filled.sources[name] = sourceOf(name, { of, variable }, field);
  }
  return { ...filled, failed: [...failed.values()] };
}

/** One audit event and one row of usage for each credential that was read; nothing read is an event too. */
async function recordReads(
  ports: Needs,
  call: CallContext,
  used: readonly Credential[],
  read: ReadonlyMap<string, FieldValues | BrokerError>,
): Promise<void> {
  const events = used.map((credential) => {
    const got = read.get(credential.id);
    const code = got instanceof BrokerError ? got.code : null;
    const where = { credentialId: credential.id, version: credential.activeVersion, code };
    return auditEvent(call, 'credential.environment', code === null ? 'allowed' : 'failed', where);
  });
  if (events.length === 0)
    events.push(auditEvent(call, 'credential.environment', 'allowed', { details: { credentials: 0 } }));
  const usage = used.map((credential) => {
    const got = read.get(credential.id);
    return usageOf(ports, call, credential.id, got instanceof BrokerError ? got.code : null);
  });
  await ports.auditLog.record(events, usage);
}

function withheld(all: Candidates, usable: readonly Candidate[]): Pick<Environment, 'offers' | 'unreadable'> {
  const isOffer = (candidate: Candidate) =>
    Object.keys(candidate.credential.envNames).some(
      (variable) => variableClaim(candidate, all.receiver, variable) === null,
    );
  const ids = new Set(usable.map(({ credential }) => credential.id));
  const unreadable = all.candidates.filter(({ credential }) => !ids.has(credential.id));
  return { offers: all.offers + usable.filter(isOffer).length, unreadable: unreadable.length };
}

function heldBackOf(usable: readonly Candidate[]): Environment['heldBack'] {
  return usable.flatMap(({ credential, heldBack, history }) =>
    heldBack.map((variable) => {
      const changedBy = history.envAdded[variable]?.by ?? null;
      return { variable, credentialId: credential.id, name: credential.name, changedBy };
    }),
  );
}

const hasLabels =
  (labels: Record<string, string>) =>
  ({ credential }: Candidate) =>
    Object.entries(labels).every(([key, value]) => credential.labels[key] === value);

function toConflict({
  variable,
  claimants,
  serves,
  because,
}: VariableConflict<Candidate>): EnvironmentConflict {
  const credentials = claimants.map(({ credential: c }) => ({ id: c.id, name: c.name, owner: c.owner }));
  return { variable, credentials, servedBy: serves?.credential.id ?? null, because };
}
