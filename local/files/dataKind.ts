import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findVault } from '../vault/vaultBinary.js';
import { VAULT_NAMES, type VaultKind, type VaultProgram, wantedKind } from '../vault/vaultKind.js';
import { keyFileIn } from '../vault/vaultServer.js';
import { readPrivate, writePrivate } from './privateFile.js';

interface Place {
  /** Of the launcher's Vault. */
  folder: string;
  log: string;
}

const noteIn = (folder: string) => join(folder, 'made-by');

/** Which kind of Vault made the data there; undefined where there is none, or nothing says which. */
export function kindOfData({ folder, log }: Place): VaultKind | undefined {
  if (!existsSync(keyFileIn(folder))) return undefined;
  const noted = readPrivate(noteIn(folder))?.trim();
  if (noted === 'hashicorp' || noted === 'openbao') return noted;
  // Made before this was noted: each start of a Vault says in its log which one it is.
  const begun = existsSync(log) ? readFileSync(log, 'utf8').match(/^==> (?:Vault|OpenBao) server c/gm) : null;
  const last = begun?.at(-1);
  return last === undefined ? undefined : last.includes('OpenBao') ? 'openbao' : 'hashicorp';
}

/** Says of data that is made, or used, from now on which kind of Vault it needs. */
export function noteKind(folder: string, kind: VaultKind): void {
  if (readPrivate(noteIn(folder)) !== kind) writePrivate(noteIn(folder), kind);
}

/** A Vault that can open the data there. Rejects where LOCAL_VAULT asks for the other kind. */
export async function vaultFor(place: Place, say: (line: string) => void): Promise<VaultProgram> {
  const made = kindOfData(place);
  const asked = wantedKind(process.env);
  if (made === undefined) return findVault(say, asked);
  const whose = `The data in ${place.folder} was created by ${VAULT_NAMES[made]}`;
  if (asked !== undefined && asked !== made)
    throw new Error(
      `${whose}, and LOCAL_VAULT=${asked} asks for ${VAULT_NAMES[asked]}, which can't open it. Start as before:\n  LOCAL_VAULT=${made} npm start\nor use another data folder:\n  LOCAL_DATA=<folder> LOCAL_VAULT=${asked} npm start`,
    );
  return findVault(say, made).catch((error: unknown) => {
    throw new Error(`${whose}, and only that can open it.\n${(error as Error).message}`);
  });
}
