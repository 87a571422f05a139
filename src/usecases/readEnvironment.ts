import type { Call } from '../domain/caller.js';
import { variableClaim } from '../domain/claims.js';
import type { Credential } from '../domain/credential.js';
import { BrokerError } from '../domain/errors.js';
import type { FieldValues } from '../domain/fields.js';
import type { Secret } from '../domain/secret.js';
import { planVariables, type VariableConflict } from '../domain/variablePlan.js';
import type { Candidate, Candidates } from '../ports/candidates.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { refuseEnded } from './authorize.js';
import { readable } from './findOne.js';
import { usageOf } from './readCredential.js';
import { readMany } from './readMany.js';
import { reportConflicts } from './reportConflicts.js';
import { failWholeWhenStoreIsDown } from './resolveCredentials.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'records' | 'changes' | 'store' | 'readAudit'>;

export interface Environment {
  variables: Record<string, string | Secret>;
  sources: Record<string, { credentialId: string; name: string; version: number; field: string }>;
  /** Variables that more than one credential claims: the one that fills it goes on, equals are left out. */
  conflicts: EnvironmentConflict[];
  /** Credentials whose value Vault no longer has. */
  failed: { credentialId: string; name: string; code: string }[];
  /** Offers that wait for an answer, up to 100, and credentials that would fill more once their new names are accepted. */
  offers: number;
  /** Credentials with variables that the caller may use, but not read. */
  unreadable: number;
}

export interface EnvironmentConflict {
  variable: string;
  /** Those that claim it, the one that fills it first. */
  credentials: { id: string; name: string; owner: string }[];
  /** The id of the one that fills it; null: none. */
  servedBy: string | null;
  /** The variable that its credential lost to another one, for which this one is held back. */
  because: string | null;
}

/** All variables of all credentials that the caller may read: the one call that replaces a `.env`. */
export async function readEnvironment(
  ports: Needs,
  call: Call,
  labels: Record<string, string> = {},
): Promise<Environment> {
  const all = await ports.records.candidates(call.caller, { anyEnvName: true });
  if (!all.callerActive) return refuseEnded(ports, call, { tried: 'credential.environment' });
  const wanted = { ...all, candidates: all.candidates.filter(hasLabels(labels)) };
  const usable = readable(call.caller, wanted.candidates);
  const { served: chosen, conflicts } = planVariables(usable, all.receiver, all.preferences);
  const used = new Map([...chosen.values()].map((c) => [c.credential.id, c.credential]));
  const read = await readMany(ports, call, used.values());
  await recordReads(ports, call, [...used.values()], read);
  failWholeWhenStoreIsDown(used.size, [...read.values()]);

  const filled = fill(chosen, read);
  const reported = conflicts.map(toConflict);
  await reportConflicts(ports, call, reported);
  return { ...filled, conflicts: reported, ...withheld(wanted, usable) };
}

/** The values of the chosen, and what could not be read. */
function fill(
  chosen: ReadonlyMap<string, Candidate>,
  read: ReadonlyMap<string, FieldValues | BrokerError>,
): Pick<Environment, 'variables' | 'sources' | 'failed'> {
  const filled: ReturnType<typeof fill> = { variables: {}, sources: {}, failed: [] };
  const failed = new Map<string, Environment['failed'][0]>();
  for (const [variable, { credential }] of chosen) {
    const { id: credentialId, name, activeVersion } = credential;
    const values = read.get(credentialId);
    const field = credential.envNames[variable];
    if (values instanceof BrokerError) failed.set(credentialId, { credentialId, name, code: values.code });
    if (values === undefined || values instanceof BrokerError || field === undefined) continue;
    const value = values.secrets[field] ?? values.settings[field];
    if (value === undefined) continue;
    filled.variables[variable] = value;
    filled.sources[variable] = { credentialId, name, version: activeVersion ?? 0, field };
  }
  return { ...filled, failed: [...failed.values()] };
}

/** One audit event and one row of usage for each credential that was read; nothing read is an event too. */
async function recordReads(
  ports: Needs,
  call: Call,
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
  await ports.readAudit.record(events, usage);
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
