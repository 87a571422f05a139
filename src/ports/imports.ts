/** What imports need beyond the credentials themselves. */
import type { Credential } from '../domain/credentials/credential.js';
import type { ImportMark } from '../domain/imports/importMerge.js';

/** What an import compares with. */
export interface ImportReads {
  /** Imported ones of an owner that a person disabled or deleted, destroyed ones too; newest first. */
  endedImports(owner: string): Promise<Credential[]>;
  /** What the last import brought; null where none did. */
  importMark(credentialId: string): Promise<ImportMark | null>;
  /** Does an active credential of this owner fill one of these variables already? */
  fillsVariable(owner: string, variables: readonly string[]): Promise<boolean>;
}

/** What an import leaves in addition to the credentials themselves. */
export interface ImportWrites {
  /** Adds to what is noted of the credential's last import; what is not named stays. */
  markImport(credentialId: string, mark: ImportMark, at: Date): Promise<void>;
  /**
   * What an import left in the importer's environment takes the place of what the one before left; none: forgotten, the
   * same: nothing changes.
   */
  setEnvLeftovers(principal: string, names: string[], at: Date): Promise<void>;
}
