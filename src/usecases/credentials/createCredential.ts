import { randomUUID } from 'node:crypto';
import { requireConnector } from '../../connectors/registry.js';
import type { CallContext } from '../../domain/access/caller.js';
import type { Grant } from '../../domain/access/grant.js';
import {
  type Credential,
  type CredentialVersion,
  chosenIn,
  NOTHING_CHOSEN,
  nextRotation,
  vaultPathFor,
} from '../../domain/credentials/credential.js';
import { type FieldValues, fieldNames } from '../../domain/credentials/fields.js';
import { mergeFields } from '../../domain/credentials/templateFields.js';
import { invalid } from '../../domain/errors.js';
import { quotedName } from '../../domain/secrecy/quotable.js';
import type { Connector } from '../../domain/services/connector.js';
import { checkGiven } from '../../domain/services/fieldRules.js';
import { firstTest } from '../../domain/testing/testPace.js';
import { auditEvent } from '../gate/auditEvent.js';
import { requireRole } from '../gate/refuse.js';
import { withConsent } from '../sharing/consent.js';
import { checkGrants } from '../sharing/grantRules.js';
import { offerNotices } from '../sharing/offerNotices.js';
import { isTestedOnSave, type Saved, type SaveTest, testAndSave } from '../testing/testOnSave.js';
import { versionHashes } from '../testing/versionHashes.js';
import { keyedWrite } from '../writing/keyedWrite.js';
import type { Once } from '../writing/once.js';
import type { WritePorts } from '../writing/writePorts.js';
import { type CommitStep, intentOf, type NewVersion, storeAndCommit } from '../writing/writeVersion.js';
import type { NewCredential } from './credentialInput.js';
import { reminderChoice } from './reminderChoice.js';

export interface CreateOptions extends SaveTest {
  once?: Once | undefined;
  source: CredentialVersion['source'];
  /** Grants besides those for everybody and for teams, checked by the same rules. */
  grants?: Grant[];
  /** Values keep every byte, as an import needs. */
  exact?: boolean;
  /** No scheduled test before a manual one. */
  unscheduled?: boolean;
}

/** Stores a new credential; it is active when this resolves. Engineers and up; the caller becomes its owner. */
export async function createCredential(
  ports: WritePorts,
  call: CallContext,
  input: NewCredential,
  options: CreateOptions,
): Promise<Saved & { replayed: boolean }> {
  const parts = await checkedParts(ports, call, input, options);
  const { id: credentialId, connector, values } = parts;
  const { once } = options;
  const mode = input.test ?? options.test ?? 'skip';
  const request = once === undefined ? undefined : ['create', once.request];
  const tested = isTestedOnSave(mode, connector, values);
  const hashes = await versionHashes(ports, { connector, values, credentialId, tested, request });
  const { accountKey, content, request: requestHash } = hashes;
  const { admitTest } = options;
  const saving = { mode, admitTest, connector, values, accountKey, trigger: 'save' as const };
  const create = (finish: readonly CommitStep[]) =>
    testAndSave(ports, call, {
      ...saving,
      save: (steps) => store(ports, call, { ...parts, content, steps: [...steps, ...finish] }),
    });
  if (once === undefined || requestHash === null) return { ...(await create([])), replayed: false };
  let test: Saved['test'] = null;
  const action = 'credential.create';
  const keyed = { key: once.key, request, fingerprint: requestHash, action, credentialId } as const;
  const done = await keyedWrite(ports, call, keyed, async ({ finish }) => {
    const saved = await create([finish]);
    test = saved.test;
    return saved.credential;
  });
  return { ...done, test };
}

/** What a request asks for, checked. */
interface Parts {
  /** Of the new credential. */
  id: string;
  input: NewCredential;
  connector: Connector;
  values: FieldValues;
  envNames: Record<string, string>;
  grants: Grant[];
  options: CreateOptions;
}

async function checkedParts(
  ports: WritePorts,
  call: CallContext,
  input: NewCredential,
  options: CreateOptions,
): Promise<Parts> {
  await requireRole(ports, call, 'engineer', { action: 'credential.create' });
  const connector = requireConnector(input.serviceType);
  const given = { template: connector.template, given: input.fields, exact: options.exact ?? false };
  const { values } = mergeFields(
    input.secretFields === undefined ? given : { ...given, secretFields: input.secretFields },
  );
  if (options.exact !== true)
    checkGiven(connector, values, { changed: fieldNames(values), allow: input.allowUnusual });
  const grants = await grantsOf(ports, call, input, options.grants ?? []);
  const envNames = input.envNames ?? (await defaultEnvNames(ports, call, connector, values));
  checkEnvFields(envNames, fieldNames(values));
  return { id: randomUUID(), input, connector, values, envNames, grants, options };
}

async function store(
  ports: WritePorts,
  call: CallContext,
  parts: Parts & { content: string; steps: readonly CommitStep[] },
): Promise<Credential> {
  const now = ports.clock.now();
  const nextTestAt = parts.options.unscheduled === true ? null : firstTest(now, ports.testPace.chance());
  const credential = { ...pendingRow(call, parts, now), nextTestAt };
  const next: NewVersion = {
    credential,
    kind: 'create',
    values: parts.values,
    fingerprint: parts.content,
    changedFields: fieldNames(parts.values).sort(),
    reason: null,
    source: parts.options.source,
    patch: { status: 'active' },
    action: 'credential.create',
    steps: parts.steps,
  };
  const intent = intentOf(ports, call, next);
  const grants = await withConsent(ports, call, parts.grants);
  const offered = await offerNotices(ports, call, credential, grants);
  await ports.changes.run(async (tx) => {
    await tx.insertCredential(credential);
    await tx.openIntent(intent);
    if (grants.length > 0) await tx.replaceGrants(credential.id, grants, call.caller.principal, now);
    await tx.notices(offered);
    tx.audit(
      auditEvent(call, 'credential.create_requested', 'allowed', { credentialId: credential.id, version: 1 }),
    );
  });
  return storeAndCommit(ports, call, intent, next);
}

const UNTESTED = {
  health: 'unchecked',
  lastTestedAt: null,
  lastTestCode: null,
  identity: null,
  nextTestAt: null,
  testGeneration: 0,
  accountKey: null,
} as const;

function pendingRow(call: CallContext, parts: Parts, now: Date): Credential {
  const { id, input, values } = parts;
  const by = call.caller.principal;
  const chosen = { ...NOTHING_CHOSEN, ...chosenIn(input) };
  return {
    ...chosen,
    ...UNTESTED,
    id,
    serviceType: input.serviceType,
    owner: by,
    vaultPath: vaultPathFor(input.serviceType, input.name, id),
    activeVersion: null,
    activeCreatedTime: null,
    latestVersion: 0,
    settings: values.settings,
    secretFields: Object.keys(values.secrets).sort(),
    envNames: parts.envNames,
    status: 'pending',
    expiresSource: chosen.expiresAt === null ? null : 'user',
    lastRotatedAt: null,
    nextRotationAt: nextRotation(now, chosen.rotationIntervalDays),
    reminders: reminderChoice(chosen.reminders),
    revision: 1,
    createdAt: now,
    createdBy: by,
    updatedAt: now,
    updatedBy: by,
    deletedAt: null,
    deletedBy: null,
  };
}

async function grantsOf(
  ports: WritePorts,
  call: CallContext,
  input: NewCredential,
  extra: Grant[],
): Promise<Grant[]> {
  const level = input.accessibleLevel;
  const teams: Grant[] = input.accessibleBy.map((subject) => ({
    subjectKind: 'team',
    subject,
    level,
    expiresAt: null,
  }));
  const everyone: Grant[] =
    input.shared && teams.length === 0
      ? [{ subjectKind: 'role', subject: 'engineer', level: 'read', expiresAt: null }]
      : [];
  const grants = [...teams, ...everyone, ...extra];
  await checkGrants(ports, call, grants, input.shared ? 'shared' : 'accessible_by');
  return grants;
}

/** The connector's variables for the fields that are there, unless another credential of the owner has claimed them. */
async function defaultEnvNames(
  ports: WritePorts,
  call: CallContext,
  connector: Connector,
  values: FieldValues,
): Promise<Record<string, string>> {
  const fields = fieldNames(values);
  const names = Object.entries(connector.envNames).filter(([, field]) => fields.includes(field));
  if (names.length === 0) return {};
  // All or nothing: half of another account's variables would pair two accounts' fields.
  const variables = names.map(([variable]) => variable);
  const isTaken = await ports.records.fillsVariable(call.caller.principal, variables);
  return isTaken ? {} : Object.fromEntries(names);
}

/** Each variable must name one of the fields. */
export function checkEnvFields(envNames: Record<string, string>, fields: readonly string[]): void {
  const missing = Object.entries(envNames).filter(([, field]) => !fields.includes(field));
  if (missing.length === 0) return;
  throw invalid(
    ...missing.map(([variable, field]) => ({
      field: `env_names.${variable}`,
      rule: `names the field ${quotedName(field)}, which this credential does not have`,
    })),
  );
}
