import type { Cli } from './cli.js';
import { CliError, EXIT } from './exitCodes.js';
import { listed } from './pages.js';
import { isId, writtenOut } from './subject.js';

/** What lists and lookups answer of a credential; the rest is printed as it comes. */
export interface CredentialView extends Record<string, unknown> {
  id: string;
  name: string;
  service_type: string;
  owner: string;
  access: string | null;
  revision: number;
  active_version: number | null;
}

const LONGEST_NAME = 255;

/**
 * The credential that a person means: an id, a name, or `owner/name`. A name of one's own wins over a shared one.
 * @param status looks among the deleted ones, say; left out, among those in use.
 */
export async function findCredential(cli: Cli, word: string, status?: 'deleted'): Promise<CredentialView> {
  if (isId(word)) return (await cli.call<CredentialView>(`/api/credentials/${word}`)).body;
  const named = await allNamed(cli, word, status);
  const own = named.filter((c) => c.access === 'owner');
  const rank = own.length > 0 ? own : named;
  if (rank.length === 1 && rank[0] !== undefined) return rank[0];
  if (rank.length > 1) {
    const choices = rank.map((c) => (own.length > 0 ? c.id : `"${c.owner}/${c.name}"`));
    throw new CliError(
      `More than one credential is called "${word}".`,
      EXIT.conflict,
      `Name one of: ${choices.join(', ')}`,
    );
  }
  const slash = word.indexOf('/');
  const [owner, name] = [word.slice(0, slash), word.slice(slash + 1)];
  const owned = slash > 0 ? await allNamed(cli, name, status) : [];
  const principal = owned.length > 0 ? await writtenOut(cli, owner) : owner;
  const found = owned.find((c) => c.owner === principal);
  if (found !== undefined) return found;
  throw new CliError(
    `There is no ${status ?? ''} credential "${word}", or it is not shared with you.`.replace('  ', ' '),
    EXIT.notFound,
    `See what there is: glassdome credentials list${status === undefined ? '' : ` --status ${status}`}`,
  );
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
