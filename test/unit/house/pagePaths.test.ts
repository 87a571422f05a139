import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { packageRoot } from '../../../local/files/paths.js';
import { PAGES } from '../../../src/http/server/webPage.js';

describe('the addresses of the page', () => {
  const router = readFileSync(join(packageRoot(), 'src/web/app/router.tsx'), 'utf8');
  const paths = [...router.matchAll(/path: '([^']+)'/g)].map(([, path]) => path ?? '');

  it('are all answered by the server, also after a reload', () => {
    expect(paths).to.include('/credentials/$id');
    expect(paths.filter((path) => !PAGES.test(path.replace('$id', 'b4d1')))).to.deep.equal([]);
  });

  it('are none of the API', () => {
    for (const path of ['/api', '/api/credentials', '/docs', '/peoples', '/x/credentials'])
      expect(PAGES.test(path), path).to.equal(false);
  });
});
