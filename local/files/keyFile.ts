import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { readPrivate, writePrivate } from './privateFile.js';

/** What opens the local Vault again. The root token is in it only until the bootstrap has ended. */
export interface VaultKeys {
  unsealKey: string;
  rootToken?: string;
}

interface Sealed {
  salt: string;
  iv: string;
  tag: string;
  data: string;
}

const derive = (passphrase: string, salt: Buffer) =>
  scryptSync(passphrase, salt, 32, { N: 32768, r: 8, maxmem: 64 << 20 });

/** Writes the keys, sealed by the passphrase (scrypt, AES-256-GCM) where there is one. On the disk when this returns. */
export function saveKeys(path: string, keys: VaultKeys, passphrase: string | undefined): void {
  if (passphrase === undefined) {
    writePrivate(path, JSON.stringify(keys));
    return;
  }
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derive(passphrase, salt), iv);
  const data = Buffer.concat([cipher.update(JSON.stringify(keys), 'utf8'), cipher.final()]).toString(
    'base64',
  );
  const sealed: Sealed = {
    salt: salt.toString('base64'),
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data,
  };
  writePrivate(path, JSON.stringify({ sealed }));
}

/**
 * The keys, or undefined when there is no file. A plain file is sealed where there is a passphrase now. A missing or
 * wrong passphrase, or a damaged file, is an error that says what to do, and changes nothing.
 */
export function loadKeys(path: string, passphrase: string | undefined): VaultKeys | undefined {
  const text = readPrivate(path);
  if (text === undefined) return undefined;
  const content = parsed(text);
  if (!('sealed' in content)) {
    if (passphrase !== undefined) saveKeys(path, content, passphrase);
    return content;
  }
  if (passphrase === undefined) {
    throw new Error(
      "The local Vault's key file is encrypted. Set GLASSDOME_ENCRYPTION_KEY to the value it was created with. Nothing was changed.",
    );
  }
  return open(content.sealed, passphrase);
}

/** The parser's own error would quote the file. */
function parsed(text: string): VaultKeys | { sealed: Sealed } {
  try {
    return JSON.parse(text) as VaultKeys | { sealed: Sealed };
  } catch {
    throw new Error(
      "The local Vault's key file is damaged. Restore it from a backup, or move .data aside to start over. Nothing was changed.",
    );
  }
}

function open({ salt, iv, tag, data }: Sealed, passphrase: string): VaultKeys {
  const decipher = createDecipheriv(
    'aes-256-gcm',
    derive(passphrase, Buffer.from(salt, 'base64')),
    Buffer.from(iv, 'base64'),
  );
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  try {
    return JSON.parse(
      Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString('utf8'),
    ) as VaultKeys;
  } catch {
    throw new Error(
      "GLASSDOME_ENCRYPTION_KEY is not the one that the local Vault's key file was created with. Nothing was changed.",
    );
  }
}
