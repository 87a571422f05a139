import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ListedIssuer {
  alias: string;
  issuer: string;
  client_id: string;
  clientSecret?: string;
  [member: string]: unknown;
}

export interface OidcFile {
  path: string;
  remove(): void;
}

/** A file for `OIDC_ISSUERS_FILE`, with the secrets in files of their own beside it. */
export function oidcFile(listed: readonly ListedIssuer[]): OidcFile {
  const folder = mkdtempSync(join(tmpdir(), 'broker-oidc-'));
  const issuers = listed.map(({ clientSecret, ...rest }) => {
    if (clientSecret === undefined) return { name: rest.alias, ...rest };
    const client_secret_file = `${rest.alias}.secret`;
    writeFileSync(join(folder, client_secret_file), `${clientSecret}\n`, { mode: 0o600 });
    return { name: `Log in with ${rest.alias}`, client_secret_file, ...rest };
  });
  const path = join(folder, 'issuers.json');
  writeFileSync(path, JSON.stringify({ issuers }));
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Where an issuer sends browsers back to. */
export const callbackOf = (url: string, alias: string) => `${url}/api/auth/oidc/${alias}/callback`;
