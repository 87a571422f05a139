import type { ImportMark } from '../domain/imports/importMerge.js';

/** What an import leaves beside the credentials themselves. */
export interface ImportWrites {
  /** Adds to what is noted of the credential's last import; what is not named stays. */
  markImport(credentialId: string, mark: ImportMark, at: Date): Promise<void>;
  /**
   * What an import left in the importer's environment takes the place of what the one before left; none: forgotten, the
   * same: nothing changes.
   */
  setEnvLeftovers(principal: string, names: string[], at: Date): Promise<void>;
}
