import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** Secrets that can be told anywhere: those made here share a marker, those that others made are remembered. */
export class Canaries {
  readonly marker = `canary-${randomBytes(9).toString('hex')}`;
  readonly #others = new Map<string, string>();
  #made = 0;

  /** A new secret; `what` shows in it, so that a finding tells where it came from. */
  make(what: string): string {
    this.#made += 1;
    return `${this.marker}-${what}-${this.#made}`;
  }

  remember(what: string, secret: string): string {
    this.#others.set(secret, what);
    return secret;
  }

  /** What of them stands in a text, plainly or in the common codings. */
  in(text: string): string[] {
    const found = [...text.matchAll(new RegExp(`${this.marker}[A-Za-z0-9-]*`, 'g'))].map(
      ([secret]) => secret,
    );
    for (const [secret, what] of this.#others) if (text.includes(secret)) found.push(what);
    if (this.#coded().some((coded) => text.includes(coded))) found.push('in base64 or hex');
    return found;
  }

  /** The marker in hex, and in base64 at each of the three places where it may begin, without what its neighbours change. */
  #coded(): string[] {
    const at = (pad: number) => Buffer.from(' '.repeat(pad) + this.marker).toString('base64');
    const base64 = [0, 1, 2].map((pad) => at(pad).slice(pad === 0 ? 0 : 4, -4));
    return [Buffer.from(this.marker).toString('hex'), ...base64];
  }
}

/** Every row of every table of a database as text, by table. */
export async function everyRow(url: string): Promise<Map<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const all = new Map<string, string>();
    for (const { name } of tables.rows) {
      const rows = await client.query(`select t::text as row from ${name} t`);
      all.set(name, rows.rows.map(({ row }) => row).join('\n'));
    }
    return all;
  } finally {
    await client.end();
  }
}

/** What anybody on the machine sees of all processes, and the environment of one; empty where there is no /proc. */
export function processList(pid: number): Map<string, string> {
  const seen = new Map<string, string>();
  if (!existsSync('/proc/self/cmdline')) return seen;
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      seen.set(`/proc/${id}/cmdline`, readFileSync(`/proc/${id}/cmdline`, 'utf8'));
    } catch (error) {
      // It ended meanwhile.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return seen.set('environment', readFileSync(`/proc/${pid}/environ`, 'utf8'));
}
