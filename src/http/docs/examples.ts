import type { Components, Json } from './components.js';

/** An example of what a schema describes: its own examples where it has some, else the simplest value that fits. */
export function exampleOf(components: Components, given: Json): unknown {
  const own = given['examples'];
  if (Array.isArray(own)) return own[0];
  const schema = components.resolved(given);
  if (Array.isArray(schema['examples'])) return schema['examples'][0];
  if ('const' in schema) return schema['const'];
  if ('default' in given) return given['default'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const [first, second] = (schema['anyOf'] ?? schema['oneOf'] ?? []) as Json[];
  if (first !== undefined) return second?.['type'] === 'null' ? null : exampleOf(components, first);
  return ofType(components, schema);
}

function ofType(components: Components, schema: Json): unknown {
  switch ([schema['type']].flat()[0]) {
    case 'object':
      return ofObject(components, schema);
    case 'array':
      return [exampleOf(components, schema['items'] as Json)];
    case 'integer':
    case 'number':
      return Math.max(Number(schema['minimum'] ?? 0), 1);
    case 'boolean':
      return false;
    default:
      return 'text'.padEnd(Number(schema['minLength'] ?? 0), ' text');
  }
}

/** The members that are required, and those with an example. */
function ofObject(components: Components, schema: Json): Json {
  const properties = (schema['properties'] ?? {}) as Record<string, Json>;
  const required = (schema['required'] ?? []) as string[];
  const shown = Object.keys(properties).filter((name) => Array.isArray(properties[name]?.['examples']));
  const values = schema['additionalProperties'] as Json;
  return Object.fromEntries(
    [...new Set([...required, ...shown])].map((name) => [
      name,
      exampleOf(components, properties[name] ?? values),
    ]),
  );
}
