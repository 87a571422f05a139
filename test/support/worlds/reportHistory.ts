import { randomUUID } from 'node:crypto';
import type { Postgres } from '../../../src/adapters/postgres/postgres.js';
import type { CallContext } from '../../../src/domain/access/caller.js';
import type { Credential } from '../../../src/domain/credentials/credential.js';
import type { Broken, Resolution } from '../../../src/domain/reconcile/discrepancy.js';
import type { TestCode, TestResult } from '../../../src/domain/testing/testResult.js';
import type { ChangeTx } from '../../../src/ports/changes.js';
import type { CredentialPatch } from '../../../src/ports/credentials.js';
import type { Ports } from '../../../src/ports/ports.js';
import { deleteCredential, restoreCredential } from '../../../src/usecases/credentials/deleteCredential.js';
import { activateVersion } from '../../../src/usecases/credentials/versions.js';
import { auditEvent } from '../../../src/usecases/gate/auditEvent.js';
import { recordTest } from '../../../src/usecases/testing/recordTest.js';
import { commitVersion } from '../../../src/usecases/writing/commitVersion.js';
import { aCredential } from './aCredential.js';

/** What the script set on a credential, and when: rows hold only what is set now. */
export interface Fact {
  id: string;
  at: number;
  set: { expiresAt?: number | null; nextRotationAt?: number | null; teams?: Record<string, number | null> };
}

const OWNER: CallContext = {
  caller: {
    kind: 'user',
    principal: 'glassdome:1',
    name: 'anna',
    role: 'architect',
    mustChangePassword: false,
  },
  requestId: 'script',
  ip: '',
};

/** Does to credentials what people and the worker do, by the use cases themselves, with the clock told. */
export class ReportHistory {
  readonly facts: Fact[] = [];
  readonly credentials: string[] = [];
  readonly #ports: Pick<
    Ports,
    'clock' | 'changes' | 'records' | 'auditLog' | 'testPace' | 'store' | 'findings'
  >;

  constructor(
    db: Postgres,
    readonly clock: { now(): Date },
  ) {
    const store = {
      metadata: async () => null,
      read: async () => ({ settings: {}, secrets: {} }),
    } as unknown as Ports['store'];
    const testPace = { intervalMs: () => 21_600_000, chance: () => 0.5, imported: true };
    this.#ports = {
      clock,
      changes: db.changes,
      records: db.records,
      auditLog: db.auditLog,
      findings: db.findings,
      testPace,
      store,
    };
  }

  async make(name: string, owner = OWNER.caller.principal): Promise<string> {
    const now = this.clock.now();
    const times = { createdAt: now, updatedAt: now };
    const credential = aCredential({
      name,
      owner,
      status: 'pending',
      activeVersion: null,
      latestVersion: 0,
      ...times,
    });
    await this.#change(credential.id, (tx) => tx.insertCredential(credential));
    this.credentials.push(credential.id);
    await this.#version(credential, ['host', 'token_value'], { status: 'active' });
    return credential.id;
  }

  /** A new, active version. */
  async write(id: string, changed: string[]): Promise<void> {
    await this.#version(await this.now(id), changed, { health: 'unchecked' });
  }

  async activate(id: string, version: number): Promise<void> {
    await activateVersion(this.#ports, OWNER, id, version);
  }

  /** Tests a version, the active one if none is named. */
  async test(
    id: string,
    code: TestCode,
    more: { version?: number; warnings?: string[] } = {},
  ): Promise<void> {
    const credential = await this.now(id);
    const warnings = (more.warnings ?? []).map((warning) => ({ code: warning, text: '' }));
    const result = { code, advice: '.', failedStep: null, warnings, durationMs: 1, contacted: [] };
    await recordTest(this.#ports, OWNER, {
      credential,
      version: more.version ?? credential.activeVersion ?? 0,
      result: result as unknown as TestResult,
      trigger: 'schedule',
      accountKey: `account of ${id}`,
    });
  }

  async use(id: string, by: { usedBy: string; caller: string; success: boolean }): Promise<void> {
    const row = {
      credentialId: id,
      ...by,
      usedAt: this.clock.now(),
      reported: false,
      errorCode: null,
      purpose: null,
    };
    await this.#change(id, (tx) => tx.reportUsage(row));
  }

  async remove(id: string): Promise<void> {
    await deleteCredential(this.#ports, OWNER, id);
  }

  async restore(id: string): Promise<void> {
    await restoreCredential(this.#ports, OWNER, id);
  }

  async set(id: string, set: { expiresAt?: number | null; nextRotationAt?: number | null }): Promise<void> {
    const at = this.clock.now();
    const patch: CredentialPatch = {};
    if (set.expiresAt !== undefined)
      patch.expiresAt = set.expiresAt === null ? null : new Date(set.expiresAt);
    if (set.nextRotationAt !== undefined)
      patch.nextRotationAt = set.nextRotationAt === null ? null : new Date(set.nextRotationAt);
    await this.#change(id, (tx) => tx.updateCredential(id, patch, OWNER.caller.principal, at));
    this.facts.push({ id, at: at.getTime(), set });
  }

  /** Team → until when. */
  async share(id: string, teams: Record<string, number | null>): Promise<void> {
    const at = this.clock.now();
    const grants = Object.entries(teams).map(([subject, until]) => ({
      subjectKind: 'team' as const,
      subject,
      level: 'read' as const,
      expiresAt: until === null ? null : new Date(until),
    }));
    await this.#change(id, (tx) => tx.replaceGrants(id, grants, OWNER.caller.principal, at));
    this.facts.push({ id, at: at.getTime(), set: { teams } });
  }

  /** Somebody wrote a version in Vault, and the reconciler finds it. */
  async drift(id: string): Promise<void> {
    const latestVersion = (await this.now(id)).latestVersion + 1;
    await this.#ports.changes.run(async (tx) => {
      tx.audit(
        auditEvent(OWNER, 'credential.drift_found', 'allowed', { credentialId: id, version: latestVersion }),
      );
      await tx.updateCredential(id, { latestVersion }, 'system', this.clock.now());
      await this.#endDrift(tx, id, 'superseded');
      await tx.openFinding({
        id: randomUUID(),
        kind: 'drift',
        credentialId: id,
        path: null,
        version: latestVersion,
        facts: {},
        foundAt: this.clock.now(),
        resolvedAt: null,
        resolution: null,
      });
    });
  }

  /** Somebody took the value away in Vault. */
  async lose(id: string, kind: Broken['kind']): Promise<void> {
    const [foundAt, version] = [this.clock.now(), (await this.now(id)).activeVersion];
    const open = { credentialId: id, path: null, facts: {}, resolvedAt: null, resolution: null };
    await this.#change(id, (tx) => tx.openFinding({ ...open, id: randomUUID(), kind, version, foundAt }));
  }

  async #endDrift(tx: ChangeTx, id: string, resolution: Resolution): Promise<void> {
    for (const finding of await this.#ports.findings.openOf(id))
      await tx.resolveFinding(finding.id, resolution, this.clock.now());
  }

  /** Makes the foreign version that was found the active one. */
  async adopt(id: string): Promise<void> {
    const { latestVersion: version } = await this.now(id);
    const at = this.clock.now();
    await this.#ports.changes.run(async (tx) => {
      await tx.insertVersion({
        credentialId: id,
        version,
        createdTime: at.toISOString(),
        settings: {},
        secretFields: ['token_value'],
        changedFields: ['token_value'],
        author: 'system',
        reason: null,
        source: 'drift',
        fingerprint: 'hmac',
        state: 'available',
        recordedAt: at,
      });
      tx.audit(auditEvent(OWNER, 'credential.activate', 'allowed', { credentialId: id, version }));
      await tx.updateCredential(id, { activeVersion: version, health: 'unchecked' }, 'system', at);
      await this.#endDrift(tx, id, 'activated');
    });
  }

  async now(id: string): Promise<Credential> {
    const { credential } = await this.#ports.records.access(OWNER.caller, id);
    if (credential === null) throw new Error('no such credential');
    return credential;
  }

  async #change(id: string, work: (tx: ChangeTx) => Promise<unknown>): Promise<void> {
    await this.#ports.changes.run(async (tx) => {
      await work(tx);
      tx.audit(auditEvent(OWNER, 'credential.update', 'allowed', { credentialId: id }));
    });
  }

  async #version(credential: Credential, changedFields: string[], patch: CredentialPatch): Promise<void> {
    const now = this.clock.now();
    const version = credential.latestVersion + 1;
    const intent = {
      id: randomUUID(),
      credentialId: credential.id,
      kind: 'update' as const,
      expectedVersion: version,
      fingerprint: 'hmac',
      settings: { host: 'pve.lab' },
      secretFields: ['token_value'],
      changedFields,
      actor: OWNER.caller.principal,
      requestId: 'script',
      reason: null,
      source: 'api' as const,
      createdAt: now,
      patch,
    };
    await this.#ports.changes.run(async (tx) => {
      await tx.openIntent(intent);
      await this.#endDrift(tx, credential.id, 'superseded');
      await commitVersion(tx, now, intent, { version, createdTime: now.toISOString() }, [
        auditEvent(OWNER, 'credential.update', 'allowed', { credentialId: credential.id, version }),
      ]);
    });
  }
}
