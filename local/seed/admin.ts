import pg from 'pg';
import { createLog } from '../../src/adapters/log.js';
import { loadConfig } from '../../src/config/config.js';
import { Secret } from '../../src/domain/secret.js';
import { wire } from '../../src/wire.js';
import type { LocalSystem } from './localSystem.js';

export const ADMIN = 'seed-admin';

/**
 * Makes the admin who adds the sample data, as only the owner of both stores can. The first admin's password is known to
 * nobody here. Can be repeated.
 */
export async function makeSeedAdmin(system: LocalSystem, password: string): Promise<void> {
  const config = loadConfig({ NODE_ENV: 'production', ...system.env }, { listens: false });
  const wired = await wire(config, createLog('error', 'stderr'));
  try {
    await wired.ports.passwords.set(ADMIN, new Secret(password));
  } finally {
    await wired.close();
  }
  await asOwner(system, (owner) =>
    owner.query(
      `insert into broker.people (principal, username, role, created_at, created_by)
        values ($1, $2, 'admin', now(), 'system') on conflict (principal) do nothing`,
      [`local:${ADMIN}`, ADMIN],
    ),
  );
}

/** Work as the owner of the local database. */
export async function asOwner<T>(system: LocalSystem, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: system.ownerUrl });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
