/** A JSON schema as zod writes it, as far as the page shows it. */
export interface Schema {
  type?: string | readonly string[];
  description?: string;
  format?: string;
  enum?: readonly unknown[];
  const?: unknown;
  default?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
}

/** The document with each component in the place of its reference. */
export function inlined(document: Readonly<Record<string, unknown>>): unknown {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...rest } = value as Record<string, unknown>;
    const named = typeof $ref === 'string' ? (walk(at(document, $ref)) as object) : {};
    return { ...named, ...Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, walk(one)])) };
  };
  return walk(document);
}

/** `#/components/schemas/Team` → what is there. */
const at = (document: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], document);

/** One member of a request or an answer. */
export interface Member {
  /** `items[].name`, `labels.*`. */
  name: string;
  type: string;
  required: boolean;
  /** Bounds, the default, and what it is. */
  note: string;
}

/** The members of an object, the nested ones behind their own. */
export function membersOf(schema: Schema, prefix = ''): Member[] {
  const { properties = {}, required = [], anyOf = [] } = schema;
  if (anyOf.length > 0) return anyOf.flatMap((one) => membersOf(one, prefix));
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const own = { name: path, type: typeOf(member), required: required.includes(name), note: noteOf(member) };
    return [own, ...nested(member, path)];
  });
}

function nested(schema: Schema, path: string): Member[] {
  const { anyOf, items, additionalProperties: values, properties } = schema;
  if (anyOf !== undefined) return anyOf.flatMap((one) => nested(one, path));
  if (items !== undefined) return nested(items, `${path}[]`);
  if (properties !== undefined) return membersOf(schema, `${path}.`);
  return typeof values === 'object' ? nested(values, `${path}.*`) : [];
}

function typeOf(schema: Schema): string {
  const { anyOf, items, type, format, additionalProperties: values, properties } = schema;
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (type === 'object' && properties === undefined && typeof values === 'object')
    return `map of name to ${typeOf(values)}`;
  return FORMATS[format ?? ''] ?? [type ?? 'anything'].flat().join(' or ');
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'moment (RFC 3339)',
  uuid: 'UUID',
  email: 'mail address',
};

/** Of every text that is one line. */
const ONE_LINE = '^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$';

const isBound = (value: number | undefined): value is number => value !== undefined;

function noteOf(schema: Schema): string {
  const bounds = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
  const { minLength, maxLength, minItems, maxItems, minimum, maximum, pattern, format } = bounds;
  const value = schema.default;
  const texts = [
    schema.description,
    rangeOf(minLength, maxLength, ' characters'),
    rangeOf(minItems, maxItems, ' entries'),
    rangeOf(minimum, maximum, ''),
    pattern === undefined || format !== undefined || pattern === ONE_LINE ? undefined : `matches ${pattern}`,
    value === undefined ? undefined : `default ${JSON.stringify(value)}`,
  ];
  return texts.filter((text) => text !== undefined).join('; ');
}

function rangeOf(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  if (isBound(least) && isBound(most)) return `${least} to ${most}${unit}`;
  if (isBound(most)) return `at most ${most}${unit}`;
  return isBound(least) ? `at least ${least}${unit}` : undefined;
}
