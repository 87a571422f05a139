import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import { type Credential, nextRotation } from '../../domain/credentials/credential.js';
import { invalid } from '../../domain/errors.js';
import { checkGiven } from '../../domain/services/fieldRules.js';
import type { CredentialPatch } from '../../ports/credentials.js';
import { authorize } from '../gate/authorize.js';
import {
  isTestedOnSave,
  type Saved,
  type SaveTest,
  type TestMode,
  testAndSave,
} from '../testing/testOnSave.js';
import { versionHashes } from '../testing/versionHashes.js';
import { hashedRequest } from '../writing/idempotency.js';
import { keyedWrite } from '../writing/keyedWrite.js';
import type { Once } from '../writing/once.js';
import type { WritePorts } from '../writing/writePorts.js';
import { type CommitStep, writeVersion } from '../writing/writeVersion.js';
import type { RotationInput } from './credentialInput.js';
import { destinationEvent, mergedFields, unproven } from './newValues.js';

/** Guided rotation: the new value, made by hand at the service, becomes a new active version; the old one is kept. */
export async function rotateCredential(
  ports: WritePorts,
  call: CallContext,
  id: string,
  input: RotationInput,
  options: { once?: Once | undefined } & SaveTest = {},
): Promise<Saved> {
  const { once, admitTest } = options;
  const mode = input.test ?? options.test ?? 'skip';
  if (once === undefined) return rotate(ports, call, id, { ...input, mode, admitTest, finish: [] });
  // A caller without the right to rotate claims no key for it.
  await authorize(ports, call, id, 'rotate', 'credential.rotate');
  const request = ['rotate', id, once.request];
  const { purpose, value } = hashedRequest(request);
  const fingerprint = await ports.fingerprints.make(purpose, value);
  const action = 'credential.rotate';
  const keyed = { key: once.key, action, request, fingerprint, credentialId: id } as const;
  let test: Saved['test'] = null;
  const { credential } = await keyedWrite(ports, call, keyed, async ({ resumed, finish }) => {
    const saved = await rotate(ports, call, id, { ...input, mode, resumed, admitTest, finish: [finish] });
    test = saved.test;
    return saved.credential;
  });
  return { credential, test };
}

/** A value that the service itself refuses never takes the place of one that works. */
const REFUSES = ['invalid_credential', 'expired', 'mfa_required'] as const;

interface Rotation extends RotationInput, Pick<SaveTest, 'admitTest'> {
  mode: TestMode;
  /** An earlier request with the same key was cut off: what it stored already is the success of this one. */
  resumed?: boolean;
  /** What belongs into the transaction of the new version. */
  finish: readonly CommitStep[];
}

async function rotate(ports: WritePorts, call: CallContext, id: string, input: Rotation): Promise<Saved> {
  const granted = await authorize(ports, call, id, 'rotate', 'credential.rotate');
  const { credential } = granted;
  const { values, changed, moved, current } = await mergedFields(ports, call, granted, input);
  const newSecrets = changed.filter((name) => name in values.secrets);
  if (newSecrets.length === 0 && input.resumed === true) return { credential, test: null };
  if (newSecrets.length === 0) {
    throw invalid({
      field: 'fields',
      rule: 'must contain a new value for at least one secret; these values are already stored',
    });
  }
  const connector = requireConnector(credential.serviceType);
  checkGiven(connector, values, { current, changed, allow: input.allowUnusual });
  const tested = isTestedOnSave(input.mode, connector, values);
  const hashes = await versionHashes(ports, { connector, values, credentialId: id, tested });
  const next = {
    credential,
    values,
    fingerprint: hashes.content,
    changedFields: changed,
    patch: rotated(ports, credential, { changed, moved, values }),
    also: moved.length === 0 ? [] : [destinationEvent(call, credential, moved)],
  };
  return testAndSave(ports, call, {
    mode: input.mode,
    admitTest: input.admitTest,
    connector,
    values,
    accountKey: hashes.accountKey,
    trigger: 'rotation',
    refuses: REFUSES,
    save: (steps) =>
      writeVersion(ports, call, {
        ...next,
        ...ROTATION,
        reason: input.reason ?? null,
        steps: [...steps, ...input.finish],
      }),
  });
}

const ROTATION = { kind: 'rotate', source: 'rotation', action: 'credential.rotate' } as const;

function rotated(
  ports: WritePorts,
  credential: Credential,
  change: Parameters<typeof unproven>[2],
): CredentialPatch {
  const now = ports.clock.now();
  return {
    ...unproven(ports, credential, change),
    lastRotatedAt: now,
    nextRotationAt: nextRotation(now, credential.rotationIntervalDays),
  };
}
