import { z } from 'zod';
import { configSchema, type Variables } from './variables.js';

interface JsonRule {
  type?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
}

/** What the environment says, and what is wrong with single variables, a line each. Those count as not set. */
export function parsedVariables(env: NodeJS.ProcessEnv): {
  variables: Variables;
  faults: { name: string; text: string }[];
} {
  const parsed = configSchema.safeParse(env);
  if (parsed.success) return { variables: parsed.data, faults: [] };
  const texts = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0]);
    if (!texts.has(name)) texts.set(name, textOf(name, issue));
  }
  const sound = Object.fromEntries(Object.entries(env).filter(([name]) => !texts.has(name)));
  const faults = [...texts].map(([name, text]) => ({ name, text }));
  return { variables: configSchema.parse(sound), faults };
}

/** The rule in our words: those of the library say how it reads a value, not what a variable may be. */
function textOf(name: string, issue: { code?: string; message: string }): string {
  const { properties = {} } = z.toJSONSchema(configSchema, { io: 'input' });
  const rule = properties[name] as JsonRule | undefined;
  const own = issue.code === 'custom' || issue.code === 'invalid_format';
  const words = own || rule === undefined ? issue.message : wordsOf(rule, issue.message);
  return words.startsWith('must ') ? `${name} ${words}` : `${name}: ${words}`;
}

function wordsOf(rule: JsonRule, otherwise: string): string {
  if (rule.enum !== undefined) return `must be ${rule.enum.join(' or ')}`;
  if (rule.minimum === undefined || rule.maximum === undefined) return otherwise;
  return `must be a ${rule.type === 'integer' ? 'whole ' : ''}number from ${rule.minimum} to ${rule.maximum}`;
}
