import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../local/process/child.js';
import { provisionVault } from '../../../local/provision.js';
import { startPrivateVault, type TestDatabase, type TestVault, testPostgres } from './parts.js';

export interface BrokerParts {
  vault: TestVault;
  database: TestDatabase;
  /** Scratch of its own; removed at the end. */
  folder: string;
  /** Signs Glassdome's tokens. */
  glassdomeKey: string;
  /** What a broker on these parts finds in its environment. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** A Vault and a database of their own (on the Postgres given, for suites that trouble it), made ready, and the environment of a broker that uses them. */
export async function startBrokerParts(postgres = testPostgres()): Promise<BrokerParts> {
  const folder = mkdtempSync(join(tmpdir(), 'broker-parts-'));
  const database = await (await postgres).freshDatabase();
  const vault = await startPrivateVault();
  const logins = await provisionVault(vault.address, vault.rootToken, folder, () => undefined);
  const glassdomeKey = randomBytes(32).toString('hex');
  const keyFile = join(folder, 'jwt-key');
  writeFileSync(keyFile, glassdomeKey, { mode: 0o600 });
  const env = {
    BROKER_PORT: String(await freePort()),
    DATABASE_URL: database.appUrl,
    VAULT_ADDR: vault.address,
    VAULT_ROLE_ID: logins.api.roleId,
    VAULT_SECRET_ID_FILE: logins.api.secretIdFile,
    VAULT_USERS_ROLE_ID: logins.users.roleId,
    VAULT_USERS_SECRET_ID_FILE: logins.users.secretIdFile,
    VAULT_WORKER_ROLE_ID: logins.worker.roleId,
    VAULT_WORKER_SECRET_ID_FILE: logins.worker.secretIdFile,
    VAULT_RECONCILER_ROLE_ID: logins.reconciler.roleId,
    VAULT_RECONCILER_SECRET_ID_FILE: logins.reconciler.secretIdFile,
    VAULT_DESTROYER_ROLE_ID: logins.destroyer.roleId,
    VAULT_DESTROYER_SECRET_ID_FILE: logins.destroyer.secretIdFile,
    GLASSDOME_JWT_KEY_FILES: keyFile,
    LOG_LEVEL: 'error',
    // What suites store is mostly made up; those that prove it say so.
    TEST_ON_SAVE: 'skip',
    OUTBOUND_ALLOW_CIDRS: '127.0.0.0/8',
  };
  return {
    vault,
    database,
    folder,
    glassdomeKey,
    env,
    stop: async () => {
      await database.drop();
      await vault.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
