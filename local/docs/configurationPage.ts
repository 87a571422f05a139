// `npm run docs`: writes docs/configuration.md from src/config/variables.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { packageFile } from '../../src/config/config.js';
import { configSchema } from '../../src/config/variables.js';

export const PAGE = 'docs/configuration.md';

/** What every variable of the broker means, what it may be, and what it is when it is not set. */
export function configurationPage(): string {
  const meanings = commentsIn(readFileSync(packageFile('src/config/variables.ts'), 'utf8'));
  const rows = Object.keys(configSchema.shape).map((name) => {
    const { rule, preset } = ruleOf(name);
    return `| \`${name}\` | ${[rule, preset, meanings.get(name) ?? ''].map(inTable).join(' | ')} |`;
  });
  return `${[
    '# Configuration',
    '',
    'Made from the code by `npm run docs`; change `src/config/variables.ts`, not this page.',
    '',
    'The broker reads its environment and nothing else: no file of the working directory. It refuses to start with a value',
    'that breaks a rule, and names the variable. Which commands need which variable: [operations.md](operations.md).',
    'The variables of `npm start` itself: `npm start -- --help`. Beside these, `VAULT_SKIP_VERIFY`, `DEBUG`, `NODE_DEBUG` and',
    '`NODE_TLS_REJECT_UNAUTHORIZED=0` must not be set.',
    '',
    '| variable | may be | default | meaning |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')}\n`;
}

const inTable = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

/** The comment before each variable; one without stands under that of the variable before it. */
function commentsIn(source: string): Map<string, string> {
  const known = new Map<string, string>();
  let last = '';
  for (const [, comment, name] of source.matchAll(
    /(?:\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*)?^ {2}([A-Z][A-Z0-9_]+):/gm,
  )) {
    last = comment?.replaceAll(/\s*\n\s*\*?\s*/g, ' ').trim() ?? last;
    known.set(name ?? '', last);
  }
  return known;
}

interface JsonRule {
  enum?: string[];
  minimum?: number;
  maximum?: number;
  default?: string | number;
}

/** In words: the allowed ones, the range with what it leaves out, or what the refusal of nonsense says. */
function ruleOf(name: string): { rule: string; preset: string } {
  const { properties = {} } = z.toJSONSchema(configSchema, { io: 'input' });
  const json = properties[name] as JsonRule;
  const preset = json.default === undefined || json.default === '' ? '' : `\`${json.default}\``;
  if (json.enum !== undefined) return { rule: json.enum.map((word) => `\`${word}\``).join(', '), preset };
  const field = configSchema.shape[name as keyof typeof configSchema.shape];
  const refusal = (value: string) =>
    field.safeParse(value).error?.issues[0]?.message.replace(/^must (?:be |)/, '') ?? '';
  if (json.minimum === undefined) return { rule: refusal('\0'), preset };
  // What a range leaves out shows right above its lower end.
  const more = refusal(String(json.minimum + 1));
  return { rule: `${json.minimum} – ${json.maximum}${more === '' ? '' : `: ${more}`}`, preset };
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(packageFile(PAGE), configurationPage());
