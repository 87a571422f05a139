import type { z } from 'zod';
import type { seenCredential } from '../../api/answers.js';
import type { listedCredential } from '../../api/lists/credentialList.js';
import { nearMiss } from '../../domain/credentials/nearMiss.js';
import { CliError, EXIT } from '../exitCodes.js';
import type { Cli } from './cli.js';
import { listed } from './pages.js';
import { isId, writtenOut } from './subject.js';

/** What lists and lookups answer of a credential; the rest is printed as it comes. */
export type CredentialView = z.output<typeof seenCredential> &
  Partial<Pick<z.output<typeof listedCredential>, 'offered' | 'last_used_at'>>;

const LONGEST_NAME = 255;

/**
 * Finds a credential by an id, a name, or `owner/name`; case-insensitively unless a name matches exactly. An own
 * credential wins over a shared one; one that is only offered has to be given with its owner.
 * @param status searches the deleted ones, for example; if omitted, those in use.
 */
export async function findCredential(cli: Cli, word: string, status?: 'deleted'): Promise<CredentialView> {
  if (isId(word)) {
    // A credential of another owner may have a name that looks like the id.
    const named = (await allNamed(cli, word, status)).find((c) => c.access === 'owner');
    return named ?? (await cli.call<CredentialView>(`/api/credentials/${word}`)).body;
  }
  const exact = onlyOne(word, await allNamed(cli, word, status)) ?? (await ownedBy(cli, word, status));
  if (exact !== undefined) return exact;
  const all = await visible(cli, status);
  const lower = folded(word);
  const alike = all.filter((c) => folded(c.name) === lower);
  const found = onlyOne(word, alike) ?? all.find((c) => folded(`${c.owner}/${c.name}`) === lower);
  if (found !== undefined) return found;
  if (alike[0] !== undefined) throw onlyOffered(word, alike[0]);
  const meant = nearMiss(word, [...new Set(all.map(({ name }) => name))]);
  throw new CliError(
    `No ${status ?? ''} credential "${word}" is visible to you.`.replace('  ', ' '),
    EXIT.notFound,
    meant === undefined
      ? `List what you can see: glassdome credentials list${status === undefined ? '' : ` --status ${status}`}`
      : `Did you mean "${meant}"?`,
  );
}

function onlyOffered(word: string, { owner, name }: CredentialView): CliError {
  const hint = `Name it "${owner}/${name}", or accept it: glassdome offers accept`;
  return new CliError(`"${word}" is offered to you and not accepted yet.`, EXIT.notFound, hint);
}

/** Undefined where there is none but offers; one's own before shared ones. */
function onlyOne(word: string, named: readonly CredentialView[]): CredentialView | undefined {
  const own = named.filter((c) => c.access === 'owner');
  const rank = own.length > 0 ? own : named.filter((c) => c.offered !== true);
  if (rank.length <= 1) return rank[0];
  const choices = rank.map((c) => (own.length > 0 ? `${c.id} ("${c.name}")` : `"${c.owner}/${c.name}"`));
  throw new CliError(
    `More than one credential is called "${word}".`,
    EXIT.conflict,
    `Name one of: ${choices.join(', ')}`,
  );
}

/** `owner/name`; a name may contain a slash. */
async function ownedBy(cli: Cli, word: string, status?: string): Promise<CredentialView | undefined> {
  const slash = word.indexOf('/');
  if (slash <= 0) return undefined;
  const owned = await allNamed(cli, word.slice(slash + 1), status);
  const principal = owned.length > 0 ? await writtenOut(cli, word.slice(0, slash)) : '';
  return owned.find((c) => c.owner === principal);
}

/** Case and the two ways to write an accented letter make no difference to people. */
const folded = (name: string): string => name.normalize('NFC').toLowerCase();

const MOST_LOOKED_AT = 2_000;

async function visible(cli: Cli, status: string | undefined): Promise<CredentialView[]> {
  const page = await listed<CredentialView>(cli, '/api/credentials', {
    limit: MOST_LOOKED_AT,
    filter: { status },
  });
  return page.items;
}

/**
 * The id of a credential whose trail is asked for. An id goes as it is, since the trail outlives the credential; a name
 * is looked for among those in use, then among the deleted.
 */
export async function findCredentialId(cli: Cli, word: string): Promise<string> {
  if (isId(word)) return word;
  try {
    return (await findCredential(cli, word)).id;
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== EXIT.notFound) throw error;
    return (await findCredential(cli, word, 'deleted')).id;
  }
}

async function allNamed(cli: Cli, name: string, status: string | undefined): Promise<CredentialView[]> {
  if (name === '' || name.length > LONGEST_NAME) return [];
  return (await listed<CredentialView>(cli, '/api/credentials', { filter: { name, status } })).items;
}
