import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import { nextRotation } from '../../domain/credentials/credential.js';
import { invalid } from '../../domain/errors.js';
import { checkGiven } from '../../domain/services/fieldRules.js';
import { authorize } from '../gate/authorize.js';
import { type Saved, type SaveTest, type TestMode, testAndSave } from '../testing/testOnSave.js';
import { withIdempotency } from '../writing/idempotent.js';
import type { Once } from '../writing/once.js';
import type { WritePorts } from '../writing/writePorts.js';
import { type NewVersion, writeVersion } from '../writing/writeVersion.js';
import type { RotationInput } from './credentialInput.js';
import { destinationEvent, mergedFields, unproven } from './updateCredential.js';

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
  if (once === undefined) return rotate(ports, call, id, { ...input, mode, admitTest });
  // Whoever may not rotate it claims no key for it.
  await authorize(ports, call, id, 'rotate', 'credential.rotate');
  const action = 'credential.rotate' as const;
  const request = { key: once.key, action, request: ['rotate', id, once.request] };
  let test: Saved['test'] = null;
  const { credential } = await withIdempotency(
    ports,
    call,
    { ...request, credentialId: id },
    async ({ resumed }) => {
      const saved = await rotate(ports, call, id, { ...input, mode, resumed, admitTest });
      test = saved.test;
      return saved.credential;
    },
  );
  return { credential, test };
}

/** A value that the service itself refuses never takes the place of one that works. */
const REFUSES = ['invalid_credential', 'expired', 'mfa_required'] as const;

interface Rotation extends RotationInput, Pick<SaveTest, 'admitTest'> {
  mode: TestMode;
  /** An earlier request with the same key was cut off: what it stored already is the success of this one. */
  resumed?: boolean;
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
      rule: 'must hold a new value of at least one secret; these are the ones stored already',
    });
  }
  const now = ports.clock.now();
  const connector = requireConnector(credential.serviceType);
  checkGiven(connector, values, { current, changed, allow: input.allowUnusual });
  const next: NewVersion = {
    credential,
    kind: 'rotate',
    values,
    changedFields: changed,
    reason: input.reason ?? null,
    source: 'rotation',
    patch: {
      ...unproven(ports, credential, { changed, moved, values }),
      lastRotatedAt: now,
      nextRotationAt: nextRotation(now, credential.rotationIntervalDays),
    },
    action: 'credential.rotate',
    also: moved.length === 0 ? [] : [destinationEvent(call, credential, moved)],
  };
  return testAndSave(ports, call, {
    mode: input.mode,
    admitTest: input.admitTest,
    connector,
    values,
    trigger: 'rotation',
    refuses: REFUSES,
    save: () => writeVersion(ports, call, next),
  });
}
