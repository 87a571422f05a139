export const ENV_FORMATS = ['dotenv', 'json', 'shell'] as const;
export type EnvFormat = (typeof ENV_FORMATS)[number];

/**
 * Variables as text that gives back the very same values: `dotenv` through python-dotenv, `json` through any JSON
 * parser, `shell` through `eval` of a POSIX shell, which has no variables of some names: those are `leftOut`.
 */
export function formatVariables(
  variables: Readonly<Record<string, string>>,
  format: EnvFormat,
): { text: string; leftOut: string[] } {
  const pairs = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  if (format === 'json') return { text: JSON.stringify(Object.fromEntries(pairs), null, 2), leftOut: [] };
  if (format === 'dotenv')
    return { text: pairs.map(([n, v]) => `${n}=${forDotenv(v)}`).join('\n'), leftOut: [] };
  const isName = (name: string) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  return {
    text: pairs
      .filter(([name]) => isName(name))
      .map(([name, value]) => `export ${name}=${forShell(value)}`)
      .join('\n'),
    leftOut: pairs.map(([name]) => name).filter((name) => !isName(name)),
  };
}

const PLAIN = /^[A-Za-z0-9_./:@%+,-]+$/;

const forShell = (value: string) => (PLAIN.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`);

/** `${` can't be escaped there; a reference without a name whose default is `$` represents the character itself. */
function forDotenv(value: string): string {
  if (PLAIN.test(value)) return value;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: python-dotenv's syntax, not ours
  const literal = value.replaceAll('\\', '\\\\').replaceAll('${', '${:-$}{');
  // Line ends are read as line feeds, so a carriage return needs an escape, which single quotes do not have.
  if (!literal.includes('\r')) return `'${literal.replaceAll("'", "\\'")}'`;
  return `"${literal.replaceAll('"', '\\"').replaceAll('\r', '\\r').replaceAll('\n', '\\n')}"`;
}
