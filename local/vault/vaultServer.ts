import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadKeys, saveKeys, type VaultKeys } from '../files/keyFile.js';
import { requireFreePort, startChild, stopChild, waitUntil } from '../process/child.js';

export interface LocalVault {
  address: string;
  /** Where its page is; undefined when this build has none. */
  ui: string | undefined;
  keys: VaultKeys;
  child: ChildProcess;
  stop(): Promise<void>;
  /** Ends the first set-up: the root token is revoked by the caller and leaves the key file here. */
  forgetRoot(): void;
}

interface Options {
  binary: string;
  /** Holds `data/`, the configuration and the key file. */
  folder: string;
  port: number;
  log: string;
  passphrase?: string | undefined;
  pidFile?: string;
}

/** Where the keys of the Vault in that folder are kept. */
export function keyFileIn(folder: string): string {
  return join(folder, 'keys.json');
}

/** A real single-node Vault (raft) on loopback, initialised and unsealed: for development only. */
export async function startVault(options: Options): Promise<LocalVault> {
  const { folder, port } = options;
  const keyFile = keyFileIn(folder);
  const before = loadKeys(keyFile, options.passphrase);
  await requireFreePort(port, 'LOCAL_VAULT_PORT');
  moveAsideWithoutKeys(folder, before);
  mkdirSync(join(folder, 'data'), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'vault.hcl'), configuration(port), { mode: 0o600 });
  const log = openSync(options.log, 'a', 0o600);
  const spawned = {
    // What its configuration names is in there, so that no path of this machine is in it.
    cwd: folder,
    stdio: ['ignore' as const, log, log],
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, SKIP_SETCAP: '1' },
  };
  const args = ['server', `-config=${join(folder, 'vault.hcl')}`];
  const child = startChild(options.binary, args, spawned, options.pidFile);
  const address = `http://127.0.0.1:${port}`;
  await waitUntil('Vault', child, async () => (await call(address, 'GET', 'sys/init')).status === 200);
  const keys = before ?? (await initialise(address));
  if (before === undefined) saveKeys(keyFile, keys, options.passphrase);
  await waitUntil('Vault (unseal)', child, () => unseal(address, keys.unsealKey));
  return {
    address,
    ui: (await servesUi(address)) ? `${address}/ui` : undefined,
    keys,
    child,
    stop: () => stopChild(child, 'SIGTERM'),
    forgetRoot: () => saveKeys(keyFile, { unsealKey: keys.unsealKey }, options.passphrase),
  };
}

/** A Vault whose key never reached the disk can't be opened again; it is moved aside and created again. */
function moveAsideWithoutKeys(folder: string, keys: VaultKeys | undefined): void {
  const data = join(folder, 'data');
  if (keys === undefined && existsSync(data)) renameSync(data, `${data}.without-key.${Date.now()}`);
}

function configuration(port: number): string {
  return `ui = true
disable_mlock = true
api_addr = "http://127.0.0.1:${port}"
cluster_addr = "https://127.0.0.1:${port + 1}"
listener "tcp" {
  address = "127.0.0.1:${port}"
  cluster_address = "127.0.0.1:${port + 1}"
  tls_disable = true
}
storage "raft" {
  path = "data"
  node_id = "local"
  performance_multiplier = 1
}
`;
}

/** Keys of a Vault that is new and answers. */
export async function initialise(address: string): Promise<VaultKeys> {
  const { body } = await call(address, 'PUT', 'sys/init', { secret_shares: 1, secret_threshold: 1 });
  const made = body as { keys?: string[]; root_token?: string };
  const unsealKey = made.keys?.[0];
  if (unsealKey === undefined || made.root_token === undefined)
    throw new Error('Vault could not be initialised');
  return { unsealKey, rootToken: made.root_token };
}

/** A build without the page answers with a page that says so. */
async function servesUi(address: string): Promise<boolean> {
  const answer = await fetch(`${address}/ui/`, { signal: AbortSignal.timeout(10_000) });
  return answer.ok && !/UI is not available/i.test(await answer.text());
}

/** Whether it is open now. */
export async function unseal(address: string, key: string): Promise<boolean> {
  await call(address, 'PUT', 'sys/unseal', { key });
  return (await call(address, 'GET', 'sys/health')).status === 200;
}

async function call(
  address: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: unknown }> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`${address}/v1/${path}`, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}
