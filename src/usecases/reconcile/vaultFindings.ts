import { randomUUID } from 'node:crypto';
import type { AuditAction } from '../../domain/audit/audit.js';
import type { Credential } from '../../domain/credentials/credential.js';
import {
  type Broken,
  brokenIn,
  type Discrepancy,
  endOfDrift,
  liveVersions,
  type Resolution,
} from '../../domain/reconcile/discrepancy.js';
import type { ChangeTx } from '../../ports/changes.js';
import type { RecordedVersion } from '../../ports/findings.js';
import type { Ports } from '../../ports/ports.js';
import type { StoredMetadata } from '../../ports/vault.js';
import { auditEvent } from '../gate/auditEvent.js';
import { systemCall } from '../gate/systemCall.js';
import { notifyOwner } from '../notices/notifyOwner.js';
import { type Foreign, readForeign } from '../reading/foreignVersion.js';
import { keepRoom, lostRace } from '../writing/writeVersion.js';
import { recordStates, type TurnedVersion, turnedIn } from './versionStates.js';

type Needs = Pick<Ports, 'clock' | 'changes' | 'store' | 'fingerprints'>;

/** A credential, and the observation of its path after its row was read. */
export interface Observation {
  row: Credential;
  metadata: StoredMetadata | null;
  /** Versions in Vault that have no row, also those that were deleted there; lowest first. */
  unrecorded: number[];
  /** The other ones, as they were known before Vault was asked. */
  recorded: RecordedVersion[];
  /** Open findings of earlier runs. */
  open: Discrepancy[];
}

/** What holds now, whether or not it was reported before. */
export interface Assessment {
  broken: Broken | null;
  /** The newest version by another client, if it is newer than the active one. */
  drift: number | null;
  turned: TurnedVersion[];
  ended: { finding: Discrepancy; resolution: Resolution }[];
}

/** Compares; changes nothing. */
export function assess(observation: Observation): Assessment {
  const { row, metadata, recorded, open } = observation;
  const broken = brokenIn(row, metadata);
  const newest = foreignOf(observation).at(-1);
  const known = open.find(({ kind }) => kind === 'drift');
  const knownEnd = known === undefined ? null : endOfDrift(known.version ?? 0, row, metadata);
  const end = newest === undefined ? knownEnd : 'superseded';
  const ended: Assessment['ended'] = [];
  if (known !== undefined && end !== null) ended.push({ finding: known, resolution: end });
  for (const finding of open) {
    if (finding.kind === 'drift') continue;
    if (broken?.kind === finding.kind && broken.version === finding.version) continue;
    ended.push({ finding, resolution: broken === null ? 'recovered' : 'superseded' });
  }
  const version = newest ?? (knownEnd === null ? (known?.version ?? null) : null);
  const drift = version !== null && version > (row.activeVersion ?? 0) ? version : null;
  return { broken, drift, turned: turnedIn(recorded, metadata), ended };
}

/**
 * Those that can be read. A path that was written again counts from one again: none of its versions can be recorded.
 */
function foreignOf({ row, metadata, unrecorded }: Observation): number[] {
  if (metadata === null || brokenIn(row, metadata)?.kind === 'replaced') return [];
  const live = new Set(liveVersions(metadata));
  return unrecorded.filter((version) => live.has(version));
}

/**
 * Records what is new: versions by others, those that were removed or restored, what is broken, what ended; each
 * audited and reported to the owner. Rejects with `conflict` when the credential changed or another process recorded
 * it meanwhile: the next run looks again.
 */
export async function recordFindings(ports: Needs, observation: Observation): Promise<void> {
  const { row, metadata, unrecorded, open } = observation;
  const { broken, turned, ended } = assess(observation);
  const known = open.some(({ kind, version }) => kind === broken?.kind && version === broken.version);
  const found = broken !== null && !known ? broken : null;
  const others = broken?.kind === 'replaced' ? [] : unrecorded;
  if (found === null && [...others, ...turned, ...ended].length === 0) return;
  if (metadata !== null && others.length > 0) await keepRoom(ports, row, metadata);
  const foreign: Foreign[] = [];
  for (const version of foreignOf(observation)) {
    const createdTime = metadata?.versions.get(version)?.createdTime ?? '';
    foreign.push(await readForeign(ports, row, { version, createdTime }));
  }
  await ports.changes.run(async (tx) => {
    const now = await tx.lock(row.id);
    if (now?.status !== row.status || now.activeVersion !== row.activeVersion) throw lostRace();
    for (const { finding, resolution } of ended) await endFinding(ports, tx, { row, finding, resolution });
    await recordStates(tx, row, turned);
    if (others.length > 0) await recordOthers(ports, tx, row, { versions: others, foreign });
    if (found !== null) await openBroken(ports, tx, row, found);
  });
}

/** Ends a finding, and notifies when a credential that could not be read can be read again. */
export async function endFinding(
  { clock }: Pick<Ports, 'clock'>,
  tx: ChangeTx,
  { row, finding, resolution }: { row: Credential; finding: Discrepancy; resolution: Resolution },
): Promise<void> {
  await tx.resolveFinding(finding.id, resolution, clock.now());
  const { kind, version, id } = finding;
  const details = { finding: id, kind, resolution };
  tx.audit(
    auditEvent(systemCall(), 'credential.finding_resolved', 'allowed', {
      credentialId: row.id,
      version,
      details,
    }),
  );
  if (resolution === 'recovered') await notifyOwner(tx, row, 'vault_recovered', { id, facts: {} });
}

async function recordOthers(
  ports: Needs,
  tx: ChangeTx,
  row: Credential,
  { versions, foreign }: { versions: number[]; foreign: Foreign[] },
): Promise<void> {
  for (const { version } of foreign) await tx.insertVersion(version);
  for (const version of versions) {
    const changed = foreign.find((one) => one.version.version === version)?.version.changedFields;
    const details = changed === undefined ? {} : { changed };
    const more = { credentialId: row.id, version, details };
    tx.audit(auditEvent(systemCall(), 'credential.drift_found', 'allowed', more));
  }
  const latestVersion = Math.max(row.latestVersion, ...versions);
  if (latestVersion > row.latestVersion)
    await tx.updateCredential(row.id, { latestVersion }, 'system', ports.clock.now());
  const newest = foreign.at(-1);
  if (newest !== undefined) await openDrift(ports, tx, row, newest);
}

/** One of which a newer version is active already is still reported, as ended. */
async function openDrift(ports: Needs, tx: ChangeTx, row: Credential, newest: Foreign): Promise<void> {
  const { version, changedFields: changed } = newest.version;
  const over = version < (row.activeVersion ?? 0);
  const finding: Discrepancy = {
    ...newFinding(ports, 'drift', row.id),
    version,
    facts: { changed, destination_changed: newest.moved, usable: newest.usable },
    ...(over && { resolvedAt: ports.clock.now(), resolution: 'superseded' as const }),
  };
  if (!(await tx.openFinding(finding))) throw lostRace();
  const facts = { version, changed: changed.join(', '), active_version: row.activeVersion ?? 0 };
  await notifyOwner(tx, row, 'drift', { id: finding.id, facts });
}

const ACTION: Readonly<Record<Broken['kind'], AuditAction>> = {
  active_gone: 'credential.active_gone',
  replaced: 'credential.replaced_in_vault',
  missing: 'credential.missing_in_vault',
};

async function openBroken(
  ports: Needs,
  tx: ChangeTx,
  row: Credential,
  { kind, version, facts }: Broken,
): Promise<void> {
  const finding = { ...newFinding(ports, kind, row.id), version, facts };
  if (!(await tx.openFinding(finding))) throw lostRace();
  const more = { credentialId: row.id, version, details: { finding: finding.id, ...facts } };
  tx.audit(auditEvent(systemCall(), ACTION[kind], 'failed', more));
  await notifyOwner(tx, row, kind, { id: finding.id, facts: { ...facts, version: version ?? 0 } });
}

/** An open finding of a credential. */
function newFinding({ clock }: Needs, kind: Discrepancy['kind'], credentialId: string): Discrepancy {
  const rest = { path: null, version: null, facts: {}, resolvedAt: null, resolution: null };
  return { id: randomUUID(), kind, credentialId, foundAt: clock.now(), ...rest };
}
