import { routes } from '../../src/http/app.js';
import { statusOf } from '../../src/http/sendReply.js';

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
  const documented = statusOf(found);
  if (status !== documented) throw new Error(`${where}: documented as ${documented}`);
  if (found.answer === undefined) {
    if (body !== null) throw new Error(`${where}: documented to answer nothing`);
    return;
  }
  const held = found.answer.safeParse(body);
  if (!held.success) throw new Error(`${where}: ${JSON.stringify(held.error.issues)}`);
}
