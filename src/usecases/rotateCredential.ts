import type { RotateCredentialBody } from '../api/credentials.js';
import type { Call } from '../domain/caller.js';
import { type Credential, nextRotation } from '../domain/credential.js';
import { invalid } from '../domain/errors.js';
import type { Secret } from '../domain/secret.js';
import { authorize } from './authorize.js';
import { withIdempotency } from './idempotent.js';
import { destinationEvent, mergedFields } from './updateCredential.js';
import { type WritePorts, writeVersion } from './writeVersion.js';

type Input = Omit<RotateCredentialBody, 'fields'> & {
  fields: Record<string, string | number | boolean | null | Secret>;
};

/** Guided rotation: the new value, made by hand at the service, becomes a new active version; the old one is kept. */
export async function rotateCredential(
  ports: WritePorts,
  call: Call,
  id: string,
  body: Input,
  options: { idempotencyKey?: string } = {},
): Promise<Credential> {
  const { idempotencyKey } = options;
  if (idempotencyKey === undefined) return rotate(ports, call, id, body);
  // Whoever may not rotate it claims no key for it.
  await authorize(ports, call, id, 'rotate', 'credential.rotate');
  const action = 'credential.rotate' as const;
  const request = {
    key: idempotencyKey,
    action,
    request: ['rotate', id, { ...body, fields: { ...body.fields } }],
  };
  return (
    await withIdempotency(ports, call, { ...request, credentialId: id }, ({ resumed }) =>
      rotate(ports, call, id, body, resumed),
    )
  ).credential;
}

/** @param resumed an earlier request with the same key was cut off: what it stored already is the success of this one. */
async function rotate(
  ports: WritePorts,
  call: Call,
  id: string,
  body: Input,
  resumed = false,
): Promise<Credential> {
  const granted = await authorize(ports, call, id, 'rotate', 'credential.rotate');
  const { credential } = granted;
  const { values, changed, moved } = await mergedFields(ports, call, granted, body);
  const newSecrets = changed.filter((name) => name in values.secrets);
  if (newSecrets.length === 0 && resumed) return credential;
  if (newSecrets.length === 0) {
    throw invalid({
      field: 'fields',
      rule: 'must hold a new value of at least one secret; these are the ones stored already',
    });
  }
  const now = ports.clock.now();
  const also = moved.length === 0 ? [] : [destinationEvent(call, credential, moved)];
  return writeVersion(ports, call, {
    credential,
    kind: 'rotate',
    values,
    changedFields: changed,
    reason: body.reason ?? null,
    source: 'rotation',
    patch: {
      health: 'unchecked',
      lastRotatedAt: now,
      nextRotationAt: nextRotation(now, credential.rotationIntervalDays),
    },
    action: 'credential.rotate',
    also,
  });
}
