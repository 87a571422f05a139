import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';
import { routes } from '../../../src/http/app.js';

const WEB = join(packageRoot(), 'src/web');
const files = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));

/** `const channels = '/api/…'` of a file, put in where a path begins with it. */
function callsOf(text: string): string[] {
  const names = new Map(
    [...text.matchAll(/^const (\w+) = '(\/api\/[^']*)'/gm)].map(([, name, path]) => [name, path]),
  );
  const calls = text.matchAll(
    /\b(?:request|send|requestWithHeaders)(?:<[^(]*>)?\(\s*'([A-Z]+)',\s*(?:'([^']*)'|`([^`]*)`|(\w+))/g,
  );
  return [...calls].map(([, method = '', plain, template, name]) => {
    const path =
      plain ?? template?.replace(/^\$\{(\w+)\}/, (all, known) => names.get(known) ?? all) ?? names.get(name);
    return `${method} ${path?.replace(/\$\{[^}]*\}/g, '{}').replace(/\?.*$/, '')}`;
  });
}

describe('the calls of the page', () => {
  const calls = files.flatMap((file) => callsOf(readFileSync(join(WEB, file), 'utf8')));
  const known = new Set(
    routes.map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`),
  );

  it('are all found in its sources', () => {
    expect(calls.length).to.be.greaterThan(60);
    expect(calls).to.include('GET /api/credentials').and.include('PATCH /api/notifications/channels/{}');
  });

  it('are all in the public contract, with their method', () => {
    const outside = calls.filter((call) => !known.has(call) && call !== 'GET /readyz');
    expect(outside).to.deep.equal([]);
  });
});
