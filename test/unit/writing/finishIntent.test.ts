import { expect } from 'chai';
import type { AuditEvent } from '../../../src/domain/audit/audit.js';
import type { ChangeTx } from '../../../src/ports/changes.js';
import type { StoredMetadata } from '../../../src/ports/vault.js';
import type { WriteIntent } from '../../../src/ports/writing.js';
import { finishIntent } from '../../../src/usecases/writing/finishIntent.js';
import type { WritePorts } from '../../../src/usecases/writing/writePorts.js';
import { aCredential } from '../../support/worlds/aCredential.js';

const credential = aCredential();
const createdTime = '2026-01-01T00:00:00Z';

function anIntent(kind: WriteIntent['kind'], actor: string): WriteIntent {
  return {
    id: 'intent',
    credentialId: credential.id,
    kind,
    expectedVersion: 2,
    fingerprint: 'hmac',
    settings: {},
    secretFields: [],
    changedFields: [],
    actor,
    requestId: 'request',
    reason: null,
    source: 'api',
    createdAt: new Date(0),
    patch: {},
  };
}

/** What is audited when Vault holds version 2 as it was meant, something else as version 2, or no version 2. */
async function audited(
  intent: WriteIntent,
  held: 'meant' | 'other' | 'none',
): Promise<AuditEvent | undefined> {
  const events: AuditEvent[] = [];
  const nothing = async () => undefined;
  const tx = {
    audit: (event: AuditEvent) => void events.push(event),
    insertVersion: nothing,
    updateCredential: async () => credential,
    closeIntent: nothing,
  };
  const versions: StoredMetadata['versions'] = new Map();
  if (held !== 'none') versions.set(2, { createdTime, deleted: false, destroyed: false });
  const ports = {
    clock: { now: () => new Date(0) },
    store: {
      metadata: async () => ({ currentVersion: 2, maxVersions: 20, versions }),
      read: async () => ({ settings: {}, secrets: {} }),
    },
    fingerprints: { matches: async () => held === 'meant' },
    changes: { run: (work: (tx: ChangeTx) => Promise<unknown>) => work(tx as unknown as ChangeTx) },
  } as unknown as WritePorts;
  await finishIntent(ports, intent, credential);
  return events[0];
}

describe('what a crash left open is audited', () => {
  it('as what it was, done by whoever began it', async () => {
    const seen: string[] = [];
    for (const kind of ['create', 'update', 'rotate'] as const)
      for (const actor of ['local:anna', 'glassdome:7', 'sa:robot']) {
        const event = await audited(anIntent(kind, actor), 'meant');
        seen.push(`${event?.action} ${event?.outcome} ${event?.actor} ${event?.actorKind}`);
      }
    expect(seen).to.deep.equal(
      ['create', 'update', 'rotate'].flatMap((kind) => [
        `credential.${kind} allowed local:anna user`,
        `credential.${kind} allowed glassdome:7 user`,
        `credential.${kind} allowed sa:robot service_account`,
      ]),
    );
  });

  it('as given up by the broker itself; what somebody else wrote there, the reconciler tells', async () => {
    const seen: unknown[] = [];
    for (const held of ['none', 'other'] as const)
      for (const kind of ['create', 'rotate'] as const) {
        const event = await audited(anIntent(kind, 'sa:robot'), held);
        seen.push([
          event?.action,
          event?.outcome,
          event?.actorKind,
          event?.details['meant'],
          event?.details['end'],
        ]);
      }
    expect(seen).to.deep.equal([
      ['credential.create_abandoned', 'failed', 'system', 'create', 'abandoned'],
      ['credential.update_abandoned', 'failed', 'system', 'rotate', 'abandoned'],
      ['credential.create_abandoned', 'failed', 'system', 'create', 'drift'],
      ['credential.update_abandoned', 'failed', 'system', 'rotate', 'drift'],
    ]);
  });
});
