import type { z } from 'zod';
import type { serviceAccountAnswer } from '../../api/peopleAnswers.js';
import type { Cli } from './cli.js';

export type Account = z.output<typeof serviceAccountAnswer>;

/** The service accounts that the caller may see. */
export async function visibleAccounts(cli: Cli): Promise<Account[]> {
  return (await cli.call<{ items: Account[] }>('/api/service-accounts')).body.items;
}

/**
 * The rows with `sa:<name>` where they say `sa:<id>`, for people to read. Accounts that the caller may not see, live ones of
 * one name and revoked ones keep their id, which is what commands take.
 */
export async function withAccountNames<T>(cli: Cli, rows: T): Promise<T> {
  const text = JSON.stringify(rows);
  if (!text.includes('"sa:')) return rows;
  const accounts = await visibleAccounts(cli).catch(() => []);
  const live = accounts.filter(({ revoked_at }) => revoked_at === null);
  const isAlone = ({ name }: Account) => live.filter((other) => other.name === name).length === 1;
  const names = new Map<unknown, string>([
    ...accounts.map((each) => [`sa:${each.id}`, `sa:${each.id} (${each.name}, revoked)`] as const),
    ...live.map((each) => [`sa:${each.id}`, isAlone(each) ? `sa:${each.name}` : `sa:${each.id}`] as const),
  ]);
  return JSON.parse(text, (_key, value) => names.get(value) ?? value);
}
