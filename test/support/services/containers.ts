import { randomBytes } from 'node:crypto';
import {
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import type { VaultKeys } from '../../../local/files/keyFile.js';
import { makeRoles, type PostgresUrls } from '../../../local/postgres/postgres.js';
import { freePort } from '../../../local/process/child.js';
import { initialise, unseal } from '../../../local/vault/vaultServer.js';
import { eventually } from '../eventually.js';

const POSTGRES = 'postgres:18';
/** The broker speaks plain HTTP and SQL to these only. */
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const VAULT = 'hashicorp/vault:1.21';
/** An image may have to be pulled first. */
const START_MS = 5 * 60_000;

let daemon: Promise<boolean> | undefined;

/**
 * Whether the suites run on containers: a Docker daemon answers, and has both images or can pull them.
 * `TEST_PARTS=embedded` says no for it.
 */
export function useContainers(): Promise<boolean> {
  daemon ??= process.env['TEST_PARTS'] === 'embedded' ? Promise.resolve(false) : haveImages();
  return daemon;
}

async function haveImages(): Promise<boolean> {
  const client = await getContainerRuntimeClient().catch(() => undefined);
  if (client === undefined) return false;
  const { host } = client.info.containerRuntime;
  if (!LOOPBACK.includes(host))
    return embedded(`the containers of this Docker are reached at ${host}, not on loopback`);
  for (const name of [POSTGRES, VAULT]) {
    const image = ImageName.fromString(name);
    try {
      if (!(await client.image.exists(image))) await client.image.pull(image);
    } catch {
      return embedded(`Docker can't pull ${name}`);
    }
  }
  return true;
}

function embedded(why: string): false {
  process.stderr.write(`The suites run on the embedded parts: ${why}.\n`);
  return false;
}

const started: StartedTestContainer[] = [];

/** Ends what runs; without the reaper of testcontainers nobody else would. */
export async function stopContainers(): Promise<void> {
  await Promise.all(started.splice(0).map((container) => container.stop({ timeout: 0 })));
}

/** The official image, with the roles and the database of the broker. Nothing is flushed: what it holds is thrown away. */
export async function postgresContainer(): Promise<PostgresUrls> {
  const secret = () => randomBytes(24).toString('hex');
  const passwords = { postgres: secret(), broker_owner: secret(), broker_app: secret() };
  const container = await new GenericContainer(POSTGRES)
    .withEnvironment({ POSTGRES_PASSWORD: passwords.postgres })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=100'])
    .withExposedPorts(5432)
    // Its first start is for its own set-up, behind a socket.
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .withStartupTimeout(START_MS)
    .start();
  started.push(container);
  const at = `${container.getHost()}:${container.getMappedPort(5432)}`;
  const url = (name: keyof typeof passwords, database: string) =>
    `postgres://${name}:${passwords[name]}@${at}/${database}`;
  const superUrl = url('postgres', 'postgres');
  await makeRoles(superUrl, passwords);
  return { superUrl, ownerUrl: url('broker_owner', 'broker'), appUrl: url('broker_app', 'broker') };
}

const CONFIGURATION = `
disable_mlock = true
api_addr = "http://127.0.0.1:8200"
cluster_addr = "https://127.0.0.1:8201"
listener "tcp" {
  address = "0.0.0.0:8200"
  tls_disable = true
}
storage "raft" {
  path = "/vault/file"
  node_id = "test"
}`;

export interface ContainerVault {
  address: string;
  keys: VaultKeys;
  pause(): Promise<void>;
  resume(): Promise<void>;
  kill(): Promise<void>;
  /** After `kill`: same data, same address, unsealed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The official image with raft storage, initialised and unsealed. */
export async function vaultContainer(): Promise<ContainerVault> {
  // A port of our own choice outlives a restart, one of Docker's choice does not.
  const port = await freePort();
  const container = await new GenericContainer(VAULT)
    .withEntrypoint(['/bin/sh', '-c', 'mkdir -p /vault/file && exec vault server -config=/tmp/vault.hcl'])
    .withCopyContentToContainer([{ content: CONFIGURATION, target: '/tmp/vault.hcl' }])
    .withExposedPorts({ container: 8200, host: port })
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(START_MS)
    .start();
  started.push(container);
  const { container: runtime } = await getContainerRuntimeClient();
  const handle = runtime.dockerode.getContainer(container.getId());
  const address = `http://${container.getHost()}:${port}`;
  const keys = await eventually('Vault answers', () => initialise(address).catch(() => undefined));
  await opened(address, keys.unsealKey);
  return {
    address,
    keys,
    pause: () => handle.pause(),
    resume: () => handle.unpause(),
    kill: async () => {
      await handle.kill();
      await handle.wait();
    },
    restart: async () => {
      await handle.start();
      await opened(address, keys.unsealKey);
    },
    stop: async () => {
      await container.stop({ timeout: 0 });
    },
  };
}

async function opened(address: string, key: string): Promise<void> {
  await eventually('Vault is open', async () => {
    const open = await unseal(address, key).catch(() => false);
    return open ? true : undefined;
  });
}
