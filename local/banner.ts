import { OPERATOR } from './admin/operator.js';
import { VAULT_NAMES, type VaultProgram } from './vault/vaultKind.js';
import type { LocalVault } from './vault/vaultServer.js';

export interface Facts {
  /** Where the broker can be asked from here. */
  host: string;
  port: number;
  logs: string;
  /** The launcher's own; undefined for an external Vault. */
  vault: BannerVault | undefined;
  /** The name of the first admin, where the launcher made one. */
  username: string | undefined;
  /** Of the first admin, as long as nobody has seen it. */
  password: string | undefined;
  env: NodeJS.ProcessEnv;
}

export type BannerVault = Pick<LocalVault, 'address' | 'ui'> &
  Pick<VaultProgram, 'kind' | 'version'> & {
    /** Whether a passphrase encrypts its unseal key. */
    sealed: boolean;
    /** The file with the operator's password; undefined in data that was made before there was one. */
    operatorFile: string | undefined;
  };

/** What the launcher prints when everything runs: where things are, and how to log in. */
export function banner(facts: Facts): string {
  const { host, port, logs, vault, env } = facts;
  const url = `${env['TLS_CERT_FILE'] === undefined ? 'http' : 'https'}://${host}:${port}`;
  const openKey = vault !== undefined && !vault.sealed;
  return [
    '',
    `The credential broker is running.${openKey ? " FOR DEVELOPMENT ONLY: Vault's unseal key is stored next to its data." : ''}`,
    '',
    `  Page       ${url}`,
    `  API        ${url}      (API reference: ${url}/docs)`,
    ...(vault === undefined ? [`  Vault      ${env['VAULT_ADDR']}      (external)`] : vaultLines(vault)),
    `  Logs       ${logs}/`,
    '',
    ...loginLines(facts, url),
    '',
  ].join('\n');
}

function loginLines({ username, password, env }: Facts, url: string): string[] {
  const certificate = env['TLS_CERT_FILE'];
  const trust = certificate === undefined ? '' : `GLASSDOME_BROKER_CA_FILE=${certificate} `;
  const server = url === 'http://127.0.0.1:8400' ? '' : ` --server ${url}`;
  const line = `${trust}npx glassdome login --username ${username ?? '<name>'}${server}`;
  if (password === undefined) return [`  Log in:  ${line}`];
  return [
    `  First admin: user "${username}", one-time password  ${password}   (shown only now)`,
    '',
    `  Log in:  ${line}      (asks for this password, then for a new one)`,
  ];
}

function vaultLines({ address, ui, kind, version, operatorFile }: BannerVault): string[] {
  const what = `${VAULT_NAMES[kind]} ${version}`;
  if (ui === undefined) return [`  Vault      ${address}      (${what}; this build of Vault has no UI)`];
  const login = `user "${OPERATOR.username}", mount path "${OPERATOR.mount}", password in ${operatorFile}`;
  return [
    `  Vault      ${address}      (${what}; its UI: ${ui})`,
    ...(operatorFile === undefined ? [] : [`             Log in to the UI with method "Username": ${login}`]),
  ];
}
