import pg from 'pg';
import { readPrivate, writePrivate } from './files/privateFile.js';

/** Where rows and values are: `own` for the launcher's own servers, else an address. */
export interface Pair {
  postgres: string;
  vault: string;
}

/** The pair of these two; of a URL only host, port and database. */
export function pairOf(postgresUrl: string | undefined, vaultAddress: string | undefined): Pair {
  if (postgresUrl === undefined) return { postgres: 'own', vault: vaultAddress ?? 'own' };
  const { host, pathname } = new URL(postgresUrl);
  return { postgres: `${host}${pathname}`, vault: vaultAddress ?? 'own' };
}

/**
 * Rejects when the data folder was begun with another pair: rows with the wrong Vault look like a loss, and the
 * reconciler would close what a crash left although its values exist elsewhere.
 */
export function keepPair(file: string, pair: Pair): void {
  if (pair.postgres !== 'own' && pair.vault !== 'own') return;
  const text = JSON.stringify(pair);
  const before = readPrivate(file);
  if (before === undefined) writePrivate(file, text);
  if (before === undefined || before === text) return;
  const was = JSON.parse(before) as Pair;
  throw new Error(
    `The data in this folder belongs to Postgres "${was.postgres}" and Vault "${was.vault}", not with Postgres "${pair.postgres}" and Vault "${pair.vault}".\nSet DATABASE_URL and VAULT_ADDR as before, or use another folder:\n  LOCAL_DATA=<folder> npm start`,
  );
}

/** Rejects when the database is in use already: its values are in another Vault than the new one here. */
export async function refuseUsedDatabase(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      'select exists (select 1 from broker.people) or exists (select 1 from broker.credentials) as used',
    );
    if (rows[0]?.used === true)
      throw new Error(
        'DATABASE_URL: the database contains users and credentials whose secrets are in another Vault; the local Vault is new. Set VAULT_ADDR to that Vault, or use an empty database.',
      );
  } finally {
    await client.end();
  }
}
