/** What requests hold, under the names and as the types that the use cases know. */
import type * as credentials from '../api/credentials.js';
import type { ImportEnvBody, ImportVaultBody } from '../api/imports.js';
import type { CredentialFilters, ListCredentialsQuery } from '../api/lists/credentialList.js';
import type { Grant } from '../domain/access/grant.js';
import { typesOfGroups } from '../domain/credentials/serviceGroups.js';
import { type Given, given } from '../domain/given.js';
import { Secret } from '../domain/secret.js';
import type { ListFilter } from '../ports/credentials.js';
import type { PageRequest } from '../ports/page.js';
import type {
  CredentialChange,
  NewCredential,
  RotationInput,
} from '../usecases/credentials/credentialInput.js';
import { labelsOf } from '../usecases/credentials/listCredentials.js';
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

export const grantsOf = ({ grants }: credentials.GrantsBody): Grant[] =>
  grants.map(({ expires_at, ...grant }) => ({ ...camelKeys(grant), expiresAt: dateOf(expires_at ?? null) }));

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
