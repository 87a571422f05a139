import { join, resolve } from 'node:path';
import { packageRoot } from '../files/paths.js';
import { postgresUrls } from '../postgres/postgres.js';
import { notedAlive } from '../process/pidFile.js';
import { notedSystem } from '../process/runningSystem.js';
import { notes } from '../process/takeOver.js';
import { knownLogins, vaultVariables } from '../vault/ownVault.js';

/** The local system that runs, and what its owner may do with it. */
export interface LocalSystem {
  data: string;
  url: string;
  ownerUrl: string;
  /** Of a broker that uses its Postgres and its Vault. */
  env: NodeJS.ProcessEnv;
}

/** Throws, with what to do, unless a local system runs on its own Postgres and Vault. */
export function localSystem(env: NodeJS.ProcessEnv): LocalSystem {
  const data = resolve(env['LOCAL_DATA'] ?? join(packageRoot(), '.data'));
  const { launcher } = notes(data, join(data, 'postgres'));
  if (notedAlive(launcher) === undefined)
    throw new Error(
      `No local system runs with the data in ${data}. Start one with npm start or npm run dev, or name its data folder with LOCAL_DATA.`,
    );
  const system = notedSystem(data);
  if (system === undefined)
    throw new Error(
      'The local system is still starting, or it uses a Postgres or Vault of yours. Only the launcher’s own are filled with sample data.',
    );
  const { appUrl, ownerUrl } = postgresUrls(join(data, 'postgres-passwords.json'), system.postgresPort);
  const variables = vaultVariables(system.vaultAddress, knownLogins(data));
  return { data, url: system.url, ownerUrl, env: { ...variables, DATABASE_URL: appUrl } };
}
