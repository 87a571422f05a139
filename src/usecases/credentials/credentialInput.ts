import type { GrantLevel } from '../../domain/access/grant.js';
import type { Chosen, Credential } from '../../domain/credentials/credential.js';
import type { UnusualKind } from '../../domain/secrecy/unusualValues.js';
import type { Secret } from '../../domain/secret.js';
import type { TestMode } from '../testing/testOnSave.js';

/** Values by field, as a caller or an import gives them; null takes a field away. */
export type GivenFields = Record<string, string | number | boolean | null | Secret>;

/** How given values are checked. */
interface Checks {
  /** Kinds of values that are stored although they look like none. True: all. */
  allowUnusual?: boolean | UnusualKind[] | undefined;
  /** Whether the values are tested before they are stored. */
  test?: TestMode | undefined;
}

/** A credential as it is asked for. */
export interface NewCredential
  extends Partial<Omit<Chosen, 'name'>>,
    Pick<Credential, 'name' | 'serviceType'>,
    Checks {
  fields: GivenFields;
  /** `other` only: which of the fields are secret. Left out, all are. */
  secretFields?: string[] | undefined;
  /** Everybody from engineer up reads it, unless teams are named. */
  shared: boolean;
  /** Teams, and the level that they get. */
  accessibleBy: string[];
  accessibleLevel: GrantLevel;
}

/** What of a credential is changed; members that are left out stay. */
export interface CredentialChange extends Partial<Chosen>, Checks {
  fields?: GivenFields | undefined;
  secretFields?: string[] | undefined;
  disabled?: boolean | undefined;
  reason?: string | undefined;
}

/** The new values of a rotation. */
export interface RotationInput extends Checks {
  fields: GivenFields;
  reason?: string | undefined;
}
