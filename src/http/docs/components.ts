import { z } from 'zod';

export type Json = Record<string, unknown>;

/** The named schemas of the document. Each has its name from `.meta({ id })`, and one form only. */
export class Components {
  readonly schemas: Record<string, Json> = {};

  /** The JSON schema of a zod schema; what is named in it becomes a component. */
  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _dialect, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, named] of Object.entries($defs)) this.#add(name, tidied(named) as Json);
    return tidied(rest) as Json;
  }

  /** What `$ref` points at, or the schema itself. */
  resolved(schema: Json): Json {
    const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
    return name === undefined ? schema : (this.schemas[name] ?? {});
  }

  #add(name: string, schema: Json): void {
    const known = this.schemas[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`Two schemas have the name ${name}.`);
    this.schemas[name] = schema;
  }
}

/** Zod's form as the document has it: references into the components, no bound that is none, one place for what is said. */
function tidied(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(tidied);
  if (typeof input !== 'object' || input === null) return input;
  const schema = { ...(input as Json) };
  if (typeof schema['$ref'] === 'string')
    schema['$ref'] = schema['$ref'].replace('#/$defs/', '#/components/schemas/');
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  // The format says it; the pattern of it is long.
  if (schema['format'] !== undefined) delete schema['pattern'];
  const spelledOut = membersNamed(schema);
  return hoisted(Object.fromEntries(Object.entries(spelledOut).map(([key, value]) => [key, tidied(value)])));
}

/** A map whose keys are known has members, so that generated types name them. */
function membersNamed(schema: Json): Json {
  const { propertyNames, additionalProperties, ...rest } = schema;
  const keys = (propertyNames as Json | undefined)?.['enum'];
  if (!Array.isArray(keys)) return schema;
  const properties = Object.fromEntries(keys.map((key) => [key, additionalProperties]));
  return { ...rest, properties, additionalProperties: false };
}

/** Moves the description of `T or null` from the first choice to the whole. */
function hoisted(schema: Json): Json {
  const { anyOf } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || anyOf[1]?.type !== 'null') return schema;
  const { description, examples, ...first } = anyOf[0] as Json;
  return {
    ...(description !== undefined && { description }),
    ...(examples !== undefined && { examples }),
    ...schema,
    anyOf: [first, anyOf[1]],
  };
}
