import { requireConnector } from '../../connectors/registry.js';
import type { Credential, CredentialVersion } from '../../domain/credentials/credential.js';
import { type FieldValues, fieldNames } from '../../domain/credentials/fields.js';
import { allFields, isSecretField, mergeFields } from '../../domain/credentials/templateFields.js';
import { BrokerError, invalid } from '../../domain/errors.js';
import type { Connector } from '../../domain/services/connector.js';
import { destinationChanged } from '../../domain/services/destination.js';
import { checkRules } from '../../domain/services/fieldRules.js';
import type { Ports } from '../../ports/ports.js';
import { contentPurpose } from '../writing/commitVersion.js';

type Needs = Pick<Ports, 'clock' | 'store' | 'fingerprints'>;

/** A version that was written directly in Vault, as it is recorded. */
export interface Foreign {
  version: CredentialVersion;
  /** Fields that decide where the secret goes and are not those of the active version. */
  moved: string[];
  /** False where its fields break the rules for what is stored. */
  usable: boolean;
}

/** Reads it, and compares it with the active version where Vault still has that. */
export async function readForeign(
  ports: Needs,
  row: Credential,
  stored: { version: number; createdTime: string },
): Promise<Foreign> {
  const connector = requireConnector(row.serviceType);
  const values = await foreignValues(ports, row, stored);
  const usable = brokenRules(connector, values) === null;
  return {
    version: {
      credentialId: row.id,
      version: stored.version,
      createdTime: stored.createdTime,
      // What breaks the rules may be anything, so it goes no further than Vault.
      settings: usable ? values.settings : {},
      secretFields: shownNames(Object.keys(values.secrets)),
      changedFields: shownNames(await changedFrom(ports, row, values)),
      author: 'vault',
      reason: null,
      source: 'drift',
      fingerprint: await ports.fingerprints.make(contentPurpose(row.id), {
        ...values.settings,
        ...values.secrets,
      }),
      state: 'available',
      recordedAt: ports.clock.now(),
    },
    moved: destinationChanged(connector, row.settings, values.settings),
    usable,
  };
}

/** Its values, as far as the API would have stored them; else rejects with `invalid_request` that names the fields. */
export async function usableValues(
  ports: Pick<Ports, 'store'>,
  row: Credential,
  stored: { version: number; createdTime: string },
): Promise<FieldValues> {
  const values = await foreignValues(ports, row, stored);
  const broken = brokenRules(requireConnector(row.serviceType), values);
  if (broken !== null) throw broken;
  return values;
}

/** The form defines which of them are secret, not the writer. */
function foreignValues(
  { store }: Pick<Ports, 'store'>,
  row: Credential,
  { version, createdTime }: { version: number; createdTime: string },
): Promise<FieldValues> {
  const { template } = requireConnector(row.serviceType);
  const known = new Set(allFields(template).map(({ name }) => name));
  const isSecret = (name: string) =>
    known.has(name) ? isSecretField(template, name) : !Object.hasOwn(row.settings, name);
  return store.read(row.vaultPath, version, createdTime, isSecret);
}

function brokenRules(connector: Connector, values: FieldValues): BrokerError | null {
  try {
    const given = { ...values.settings, ...values.secrets };
    const { changed } = mergeFields({ template: connector.template, given, current: values, exact: true });
    checkRules(connector, values);
    if (changed.length === 0) return null;
    const rule = 'must be written in Vault in the form of its service type';
    return invalid(...changed.map((name) => ({ field: `fields.${name}`, rule })));
  } catch (error) {
    if (error instanceof BrokerError) return error;
    throw error;
  }
}

/** Names of fields that differ from the active version; of one that is gone only the settings are known. */
async function changedFrom({ store }: Needs, row: Credential, values: FieldValues): Promise<string[]> {
  const { activeVersion, activeCreatedTime, secretFields } = row;
  const before =
    activeVersion === null
      ? null
      : await store
          .read(row.vaultPath, activeVersion, activeCreatedTime, secretFields)
          .catch((error: unknown) => {
            if (error instanceof BrokerError && ['gone', 'integrity_error'].includes(error.code)) return null;
            throw error;
          });
  const settings = before?.settings ?? row.settings;
  const names = new Set([...fieldNames(values), ...Object.keys(settings), ...secretFields]);
  // A writer in Vault may have used a field name like `constructor`.
  const own = <T>(map: Record<string, T> | undefined, name: string): T | undefined =>
    map !== undefined && Object.hasOwn(map, name) ? map[name] : undefined;
  const differs = (name: string): boolean => {
    const [was, is] = [own(before?.secrets, name), own(values.secrets, name)];
    if (was !== undefined && is !== undefined) return !was.equals(is);
    return was !== is || own(settings, name) !== own(values.settings, name);
  };
  return [...names].filter(differs).sort();
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** What no field can be called is not repeated: it may be anything. */
function shownNames(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => (NAME.test(name) ? name : '(no field name)')))].sort();
}
