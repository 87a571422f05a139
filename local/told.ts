import type { FirstAdmin } from './firstAdmin.js';
import type { LocalVault } from './vaultServer.js';

export interface Told {
  /** Where the broker can be asked from here. */
  host: string;
  port: number;
  logs: string;
  /** The launcher's own; undefined when somebody else runs the Vault. */
  vault: Pick<LocalVault, 'address' | 'ui'> | undefined;
  env: NodeJS.ProcessEnv;
}

/** What the launcher prints when all runs: where things are, and how to log in with a one-time password. */
export function told(facts: Told, admin: Pick<FirstAdmin, 'username' | 'password'> | undefined): string {
  const { host, port, logs, vault, env } = facts;
  const certificate = env['TLS_CERT_FILE'];
  const url = `${certificate === undefined ? 'http' : 'https'}://${host}:${port}`;
  const warning =
    vault === undefined ? '' : " FOR DEVELOPMENT ONLY: Vault's unseal key lies beside its data.";
  const lines = [
    '',
    `The credential broker runs.${warning}`,
    '',
    `  API        ${url}      (every call: ${url}/docs)`,
    `  Vault      ${vault === undefined ? `${env['VAULT_ADDR']}      (not ours)` : vaultLine(vault)}`,
    `  Logs       ${logs}/`,
    '',
  ];
  if (admin === undefined) return lines.join('\n');
  const trust = certificate === undefined ? '' : ` --cacert ${certificate}`;
  const cliTrust = certificate === undefined ? '' : `GLASSDOME_BROKER_CA_FILE=${certificate} `;
  const server = url === 'http://127.0.0.1:8400' ? '' : ` --server ${url}`;
  const login = JSON.stringify({ username: admin.username, password: admin.password });
  return [
    ...lines,
    `  First admin: user "${admin.username}", one-time password  ${admin.password}   (shown this once)`,
    '',
    `  Log in:  echo '${login}' | curl -s${trust} ${url}/api/auth/login -H 'content-type: application/json' -d @-`,
    `  or:      ${cliTrust}npx glassdome login --username ${admin.username}${server}     (asks for a password of your own)`,
    '',
  ].join('\n');
}

function vaultLine({ address, ui }: Pick<LocalVault, 'address' | 'ui'>): string {
  return ui === undefined
    ? `${address}      (its API; this build of Vault has no UI)`
    : `${address}      (its UI: ${ui})`;
}
