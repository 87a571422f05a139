import { isDeepStrictEqual } from 'node:util';
import type * as Yaml from 'yaml';
import type { Cli, GlobalOptions } from '../../client/cli.js';
import { leaf, withBroker } from '../../client/command.js';
import { type CredentialView, findCredential } from '../../client/find.js';
import { CliError, EXIT } from '../../exitCodes.js';
import { confirmInsecure, YES_FLAG } from '../../forms/insecure.js';
import { noteTest, TEST_FLAG, type TestView } from '../../forms/testReport.js';
import { editedText } from '../../terminal/editor.js';
import { printJson } from '../../terminal/output.js';
import { canAsk, confirm, note } from '../../terminal/terminal.js';

interface Options extends GlobalOptions {
  test?: string;
  yes?: boolean;
}

/** What can be edited of a credential; its secrets are not in the text. */
interface Editable {
  name: string;
  description: string | null;
  labels: Record<string, string>;
  env_names: Record<string, string>;
  expires_at: string | null;
  settings: Record<string, string>;
}

const KEYS = ['name', 'description', 'labels', 'env_names', 'expires_at', 'settings'] as const;

/** Opens the settings and metadata of one credential in the editor, and stores what was changed. */
export const edit = leaf('edit', 'edit settings and metadata in your editor ($VISUAL or $EDITOR)')
  .argument('<credential>', 'name, owner/name or id')
  .option(...TEST_FLAG)
  .option(...YES_FLAG)
  .action(
    withBroker<Options>(async (cli, options, [word = '']) => {
      if (!canAsk())
        throw new CliError('edit needs a terminal.', EXIT.usage, 'Use: glassdome credentials update');
      const { id } = await findCredential(cli, word);
      const { body: before } = await cli.call<CredentialView>(`/api/credentials/${id}`);
      const changes = await changesOf(editable(before), before['secret_fields'] as string[]);
      if (changes === undefined) return note('Nothing was changed.');
      await confirmInsecure(changes.fields ?? {}, options.yes);
      await store(cli, before, { ...changes, test: options.test }, options);
    }),
  );

async function store(cli: Cli, before: CredentialView, body: object, { json }: GlobalOptions): Promise<void> {
  const headers = { 'if-match': `"${before.revision}"` };
  const { body: after } = await cli.call<CredentialView & { test: TestView | null }>(
    `/api/credentials/${before.id}`,
    { method: 'PATCH', body, headers },
  );
  if (json) return printJson(after);
  note(`Updated "${after.name}".`);
  noteTest(after.name, after.test);
}

const editable = (credential: CredentialView): Editable =>
  Object.fromEntries(KEYS.map((key) => [key, credential[key] ?? null])) as unknown as Editable;

/** Asks again with the problem on top until the text can be read; undefined where nothing differs. */
async function changesOf(before: Editable, secrets: readonly string[]): Promise<Changes | undefined> {
  // Loaded here, since no other command needs it.
  const yaml = await import('yaml');
  let text = `${headOf(before.name, secrets)}${yaml.stringify(before)}`;
  for (;;) {
    text = await editedText(text);
    try {
      const after = parsed(yaml, text);
      return isDeepStrictEqual(after, before) ? undefined : differences(before, after);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      note(`error: ${error.message}`);
      await confirm('Edit again?', undefined);
    }
  }
}

const headOf = (name: string, secrets: readonly string[]): string =>
  [
    `# Edit "${name}", save and close the editor. Close it without a change to keep everything as it is.`,
    ...(secrets.length === 0
      ? []
      : [`# Not shown, and not changed here: ${secrets.join(', ')} (use: glassdome credentials rotate).`]),
    '',
  ].join('\n');

/** The parser's own messages quote the text, so only the line number is passed on. */
function parsed(yaml: typeof Yaml, text: string): Editable {
  const document = yaml.parseDocument(text, { logLevel: 'silent', prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined)
    throw new CliError(`Line ${error.linePos?.[0].line ?? '?'} is not valid YAML.`, EXIT.usage);
  const value: unknown = document.toJS();
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError('The text must be a map with the original keys.', EXIT.usage);
  const unknown = Object.keys(value).find((key) => !KEYS.some((known) => known === key));
  if (unknown !== undefined)
    throw new CliError(`There is no key "${unknown}"; the keys are ${KEYS.join(', ')}.`, EXIT.usage);
  const {
    name,
    description = null,
    labels,
    env_names,
    expires_at = null,
    settings,
  } = value as Partial<Editable>;
  if (typeof name !== 'string') throw new CliError('name must be a string.', EXIT.usage);
  return {
    name,
    description,
    labels: texts(labels, 'labels'),
    env_names: texts(env_names, 'env_names'),
    expires_at,
    settings: texts(settings, 'settings'),
  };
}

/** A map of texts; numbers and yes/no that YAML reads as such are the text that was typed. */
function texts(map: unknown, key: string): Record<string, string> {
  if (map === undefined || map === null) return {};
  if (typeof map !== 'object' || Array.isArray(map))
    throw new CliError(`${key} must be a map of names and values.`, EXIT.usage);
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => {
      if (typeof value === 'object' && value !== null)
        throw new CliError(`${key}.${name} must be a single value.`, EXIT.usage);
      return [name, String(value ?? '')];
    }),
  );
}

type Changes = Partial<Omit<Editable, 'settings'>> & { fields?: Record<string, string | null> };

/** Only what differs, as the API takes it: a setting that is gone is removed. */
function differences(before: Editable, after: Editable): Changes {
  const { settings, ...rest } = after;
  const changed = Object.entries(rest).filter(
    ([key, value]) => !isDeepStrictEqual(value, before[key as keyof Editable]),
  );
  const fields = Object.fromEntries([
    ...Object.keys(before.settings)
      .filter((name) => !(name in settings))
      .map((name) => [name, null] as const),
    ...Object.entries(settings).filter(([name, value]) => before.settings[name] !== value),
  ]);
  return { ...Object.fromEntries(changed), ...(Object.keys(fields).length > 0 && { fields }) };
}
