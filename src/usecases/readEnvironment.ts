import type { Call } from '../domain/caller.js';
import { BrokerError } from '../domain/errors.js';
import type { Secret } from '../domain/secret.js';
import type { Candidate } from '../ports/records.js';
import type { Ports } from '../ports.js';
import { auditEvent } from './auditEvent.js';
import { refuseEnded } from './authorize.js';
import { findOne, readable } from './findOne.js';
import { usageOf } from './readCredential.js';
import { readMany } from './readMany.js';
import { failWholeWhenStoreIsDown } from './resolveCredentials.js';

type Needs = Pick<Ports, 'clock' | 'log' | 'records' | 'store' | 'readAudit'>;

export interface Environment {
  variables: Record<string, string | Secret>;
  sources: Record<string, { credentialId: string; name: string; version: number; field: string }>;
  /** Variables that more than one credential claims with equal right; they are left out. */
  conflicts: { variable: string; credentials: { id: string; name: string; owner: string }[] }[];
  /** Credentials whose value Vault no longer has. */
  failed: { credentialId: string; name: string; code: string }[];
}

/** All variables of all credentials that the caller may read: the one call that replaces a `.env`. */
export async function readEnvironment(ports: Needs, call: Call): Promise<Environment> {
  const { callerActive, candidates } = await ports.records.candidates(call.caller, { anyEnvName: true });
  if (!callerActive) return refuseEnded(ports, call, { tried: 'credential.environment' });
  const { chosen, conflicts } = choose(readable(call.caller, candidates));
  const used = new Map([...chosen.values()].map((c) => [c.credential.id, c.credential]));
  const read = await readMany(ports, call, used.values());
  const events = [...used.values()].map((credential) => {
    const got = read.get(credential.id);
    const code = got instanceof BrokerError ? got.code : null;
    const where = { credentialId: credential.id, version: credential.activeVersion, code };
    return auditEvent(call, 'credential.environment', code === null ? 'allowed' : 'failed', where);
  });
  if (events.length === 0)
    events.push(auditEvent(call, 'credential.environment', 'allowed', { details: { credentials: 0 } }));
  const usage = [...used.values()].map((credential) => {
    const got = read.get(credential.id);
    return usageOf(ports, call, credential.id, got instanceof BrokerError ? got.code : null);
  });
  await ports.readAudit.record(events, usage);
  failWholeWhenStoreIsDown(used.size, [...read.values()]);

  const environment: Environment = { variables: {}, sources: {}, conflicts, failed: [] };
  for (const [variable, { credential }] of chosen) {
    const values = read.get(credential.id);
    const field = credential.envNames[variable];
    if (values === undefined || values instanceof BrokerError || field === undefined) continue;
    const value = values.secrets[field] ?? values.settings[field];
    if (value === undefined) continue;
    environment.variables[variable] = value;
    environment.sources[variable] = {
      credentialId: credential.id,
      name: credential.name,
      version: credential.activeVersion ?? 0,
      field,
    };
  }
  for (const [id, got] of read) {
    const name = used.get(id)?.name ?? '';
    if (got instanceof BrokerError) environment.failed.push({ credentialId: id, name, code: got.code });
  }
  return environment;
}

function choose(candidates: Candidate[]): {
  chosen: Map<string, Candidate>;
  conflicts: Environment['conflicts'];
} {
  const claims = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    for (const variable of Object.keys(candidate.credential.envNames)) {
      claims.set(variable, [...(claims.get(variable) ?? []), candidate]);
    }
  }
  const chosen = new Map<string, Candidate>();
  const conflicts: Environment['conflicts'] = [];
  for (const [variable, claimants] of [...claims].sort(([a], [b]) => a.localeCompare(b))) {
    try {
      chosen.set(variable, findOne(claimants));
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      const best = Math.min(...claimants.map(({ rank }) => rank));
      const equals = claimants.filter(({ rank }) => rank === best);
      const credentials = equals.map(({ credential: c }) => ({ id: c.id, name: c.name, owner: c.owner }));
      conflicts.push({ variable, credentials });
    }
  }
  return { chosen, conflicts };
}
