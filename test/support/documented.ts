import { routes } from '../../src/http/app.js';

const patterns = routes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`),
  // What is written out wins over what a parameter would also match.
  parameters: route.path.split('{').length,
}));

/** Throws when a successful answer is not what the OpenAPI document says of its route. */
export function holdToDocument(method: string, path: string, status: number, body: unknown): void {
  if (status >= 300) return;
  const [pathname = ''] = path.split('?');
  const found = patterns
    .filter(({ route, pattern }) => route.method === method.toLowerCase() && pattern.test(pathname))
    .sort((a, b) => a.parameters - b.parameters)[0]?.route;
  if (found === undefined) return;
  const where = `${method} ${found.path} (${status})`;
  if (status !== (found.status ?? 200)) throw new Error(`${where}: documented as ${found.status ?? 200}`);
  if (found.answer === undefined) {
    if (body !== null) throw new Error(`${where}: documented to answer nothing`);
    return;
  }
  const held = found.answer.safeParse(body);
  if (!held.success) throw new Error(`${where}: ${JSON.stringify(held.error.issues)}`);
}
