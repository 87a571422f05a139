import { readdir } from 'node:fs/promises';
import type { Knex } from 'knex';

const FOLDER = new URL('../../../../migrations/', import.meta.url);
const FILE = /^(\d{3}_\w+)\.(?:ts|js)$/;

interface MigrationModule {
  /** Left out: all in one transaction. */
  config?: { transaction: boolean };
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** Names of all migrations in order, without file extension, so that `.ts` and `.js` are the same migration. */
export async function migrationNames(): Promise<string[]> {
  return [...(await migrationFiles()).keys()];
}

/** Knex's source of migrations under names that carry no extension. */
export async function migrationSource(): Promise<Knex.MigrationSource<string>> {
  const files = await migrationFiles();
  return {
    getMigrations: async () => [...files.keys()],
    getMigrationName: (name) => name,
    getMigration: async (name) => {
      const file = files.get(name);
      if (file === undefined) throw new Error(`migration ${name} is not in this build`);
      return (await import(new URL(file, FOLDER).href)) as MigrationModule;
    },
  };
}

async function migrationFiles(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of (await readdir(FOLDER)).sort()) {
    const name = FILE.exec(file)?.[1];
    if (name !== undefined) found.set(name, file);
  }
  return found;
}
