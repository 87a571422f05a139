/** What requests hold, under the names and as the types that the use cases know. */
import type * as credentials from '../api/credentials.js';
import type { ImportEnvBody, ImportVaultBody } from '../api/imports.js';
import type { BulkBody } from '../api/lists/bulk.js';
import type { CredentialFilters, ListCredentialsQuery } from '../api/lists/credentialList.js';
import type { Grant } from '../domain/access/grant.js';
import type { BulkOrder } from '../domain/bulk/bulk.js';
import { typesOfGroups } from '../domain/credentials/serviceGroups.js';
import { invalid } from '../domain/errors.js';
import { type Given, given } from '../domain/given.js';
import { Secret } from '../domain/secret.js';
import type { ListFilter } from '../ports/credentials.js';
import type { PageRequest } from '../ports/page.js';
import type { BulkSelection } from '../usecases/bulk/startBulk.js';
import type {
  CredentialChange,
  NewCredential,
  RotationInput,
} from '../usecases/credentials/credentialInput.js';
import { labelsOf } from '../usecases/credentials/listCredentials.js';
import { reminderChoice } from '../usecases/credentials/reminderChoice.js';
import type { EnvImport, VaultImport } from '../usecases/imports/importCredentials.js';
import type { Once } from '../usecases/writing/once.js';

type Camel<S> = S extends `${infer First}_${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : S & string;
type CamelKeys<T> = { [Key in keyof T as Camel<Key>]: Exclude<T[Key], undefined> };

/** The members that a body has, `service_type` as `serviceType`. Values stay as they are. */
export function camelKeys<T extends object>(body: T): CamelKeys<T> {
  const camel = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const named = Object.entries(given(body)).map(([key, value]) => [camel(key), value] as const);
  return Object.fromEntries(named) as CamelKeys<T>;
}

const dateOf = <T extends null | undefined>(text: string | T): Date | T =>
  typeof text === 'string' ? new Date(text) : text;

/** What people set on a credential: times as dates, reminders under their own names. */
function settings<T extends Pick<credentials.UpdateCredentialBody, 'expires_at' | 'reminders'>>(body: T) {
  const { expires_at, reminders, ...rest } = body;
  const chosen = { expiresAt: dateOf(expires_at), reminders: reminders && camelKeys(reminders) };
  return { ...camelKeys(rest), ...given(chosen) };
}

export const newCredential = (body: credentials.CreateCredentialBody): NewCredential => settings(body);

export const credentialChange = (body: credentials.UpdateCredentialBody): CredentialChange => settings(body);

export const rotation = (body: credentials.RotateCredentialBody): RotationInput => camelKeys(body);

export const grantsOf = ({ grants }: credentials.GrantsBody): Grant[] => grants.map(grantOf);

const grantOf = ({ expires_at, ...grant }: credentials.GrantsBody['grants'][number]): Grant => ({
  ...camelKeys(grant),
  expiresAt: dateOf(expires_at ?? null),
});

/** The act of a bulk job with what it needs; the schema has made sure of that. */
export function bulkOrder({ act, labels, remove_labels, grant, reminders }: BulkBody): BulkOrder {
  if (act === 'label') return { act, add: labels ?? {}, remove: remove_labels ?? [] };
  if (act === 'reminder') return { act, reminders: reminderChoice(reminders && camelKeys(reminders)) };
  if (act !== 'grant') return { act };
  if (grant === undefined) throw invalid({ field: 'grant', rule: 'must be given' });
  return { act, grant: grantOf(grant) };
}

/** The credentials of a bulk job. */
export const bulkSelection = ({ ids, filter }: Pick<BulkBody, 'ids' | 'filter'>): BulkSelection =>
  ids === undefined ? { filter: filterOf(filter ?? {}) } : { ids };

/** What a list is asked for, and which page of it. */
export function listOf({ limit, cursor, sort, ...filters }: ListCredentialsQuery): [ListFilter, PageRequest] {
  return [
    { ...filterOf(filters), order: sort },
    { limit, ...given({ cursor }) },
  ];
}

/** What a list is filtered by. */
export function filterOf(query: CredentialFilters): ListFilter {
  const { service_type, group, health, attention, label, expiring_before, unused_since, ...words } = query;
  const named = Object.entries(words).filter(([, value]) => value !== '');
  const ofGroups = group && typesOfGroups(group);
  return {
    ...(Object.fromEntries(named) as Given<typeof words>),
    ...given({
      serviceTypes:
        service_type && ofGroups
          ? ofGroups.filter((type) => service_type.includes(type))
          : (service_type ?? ofGroups),
      healths: health,
      attention,
      labels: label && labelsOf(label),
      expiringBefore: dateOf(expiring_before),
      unusedSince: dateOf(unused_since),
    }),
  };
}

export const envImport = (body: ImportEnvBody): EnvImport => camelKeys(body);

export const vaultImport = ({ vault_token, ...body }: ImportVaultBody): VaultImport => ({
  ...camelKeys(body),
  vaultToken: new Secret(vault_token),
});

/** With a key, the request takes effect once. */
export const onceOf = (key: string | undefined, request: Once['request']): Once | undefined =>
  key === undefined ? undefined : { key, request };
