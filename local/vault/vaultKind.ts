import { spawnSync } from 'node:child_process';

/** Who made the Vault: HashiCorp, or the OpenBao project. Data of one is not opened by the other. */
export type VaultKind = 'hashicorp' | 'openbao';

export const VAULT_NAMES: Readonly<Record<VaultKind, string>> = {
  hashicorp: 'HashiCorp Vault',
  openbao: 'OpenBao',
};

/** A server program that runs on this machine. */
export interface VaultProgram {
  path: string;
  kind: VaultKind;
  version: string;
}

/** The program as it describes itself; undefined when it is missing, does not run here, or is another one. */
export function vaultProgram(path: string): VaultProgram | undefined {
  const { status, stdout } = spawnSync(path, ['version'], { encoding: 'utf8', timeout: 30_000 });
  const [, name, version] = /^(Vault|OpenBao) v(\S+)/.exec(stdout ?? '') ?? [];
  if (status !== 0 || name === undefined || version === undefined) return undefined;
  return { path, kind: name === 'Vault' ? 'hashicorp' : 'openbao', version: version.replace(/,$/, '') };
}

/** What LOCAL_VAULT asks for; undefined: either. Throws on another word. */
export function wantedKind(env: NodeJS.ProcessEnv): VaultKind | undefined {
  const word = (env['LOCAL_VAULT'] ?? '').trim().toLowerCase();
  if (word === '') return undefined;
  if (word === 'hashicorp' || word === 'openbao') return word;
  throw new Error('LOCAL_VAULT must be hashicorp or openbao. Unset it to use the first one found.');
}
