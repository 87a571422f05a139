import { randomUUID } from 'node:crypto';
import { type Credential, NOTHING_CHOSEN } from '../../../src/domain/credentials/credential.js';

/** A stored credential, active and never tested, but for what is changed. */
export function aCredential(change: Partial<Credential> = {}): Credential {
  const id = randomUUID();
  const at = new Date();
  return {
    ...NOTHING_CHOSEN,
    id,
    name: `credential ${id}`,
    serviceType: 'proxmox',
    owner: 'glassdome:1',
    vaultPath: `proxmox/test-${id}`,
    activeVersion: 1,
    activeCreatedTime: '2026-01-01T00:00:00.123456789Z',
    latestVersion: 1,
    settings: { host: 'pve.lab' },
    secretFields: ['token_value'],
    status: 'active',
    health: 'unchecked',
    lastTestedAt: null,
    lastTestCode: null,
    identity: null,
    nextTestAt: null,
    testGeneration: 0,
    accountKey: null,
    expiresSource: null,
    lastRotatedAt: null,
    nextRotationAt: null,
    revision: 1,
    createdAt: at,
    createdBy: 'glassdome:1',
    updatedAt: at,
    updatedBy: 'glassdome:1',
    deletedAt: null,
    deletedBy: null,
    ...change,
  };
}
